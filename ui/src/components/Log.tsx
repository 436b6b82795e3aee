// A log in a scrolling box that stays at the end, unless the reader scrolled up.

import { useEffect, useMemo, useRef } from "react";

import type { Tail } from "../api/useTail";
import { readable } from "../format";
import { useText } from "../settings";
import { errorText, Waiting } from "./Load";

const NEAR_END = 24;

export function Log({ tail, label }: { tail: Tail; label: string }) {
  const t = useText();
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  const text = useMemo(() => readable(tail.text), [tail.text]);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [tail.text]);
  if (!tail.begun) {
    return tail.error === undefined ? (
      <Waiting lines={3} />
    ) : (
      <p className="quiet">{errorText(tail.error, t("error.away"))}</p>
    );
  }
  return (
    <pre
      ref={box}
      className="log"
      tabIndex={0}
      role="log"
      aria-label={label}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
    >
      {text || <span className="quiet">{t("log.empty")}</span>}
    </pre>
  );
}
