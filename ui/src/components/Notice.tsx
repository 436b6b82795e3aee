// Short words on what an action did, shown for a while at the foot of the page.

import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";

import { useText } from "../settings";
import { Icon } from "./Icon";

type Tell = (text: string, tone?: "good" | "bad") => void;

interface Said {
  text: string;
  tone: "good" | "bad";
}

const Context = createContext<Tell>(() => undefined);
const SHOWN_MS = 8000;

export function NoticeProvider({ children }: { children: ReactNode }) {
  const t = useText();
  const [said, setSaid] = useState<Said>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tell = useCallback<Tell>((text, tone = "good") => {
    clearTimeout(timer.current);
    setSaid({ text, tone });
    timer.current = setTimeout(() => setSaid(undefined), SHOWN_MS);
  }, []);
  return (
    <Context value={tell}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {said && (
          <div className={`notice tone-${said.tone}`}>
            <Icon name={said.tone === "good" ? "check" : "alert"} />
            <span>{said.text}</span>
            <button
              type="button"
              className="icon-button"
              aria-label={t("close")}
              onClick={() => setSaid(undefined)}
            >
              <Icon name="cross" size={14} />
            </button>
          </div>
        )}
      </div>
    </Context>
  );
}

/** Say what an action did. */
export function useNotice(): Tell {
  return useContext(Context);
}
