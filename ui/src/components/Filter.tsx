// A search field for lists that have become long.

import { useState } from "react";

import { useText } from "../settings";

interface FilterState {
  text: string;
  setText: (text: string) => void;
  /** Whether one of `names` contains the text. */
  passes: (...names: (string | null)[]) => boolean;
}

export function useFilter(): FilterState {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const passes = (...names: (string | null)[]) =>
    names.some((name) => name?.toLowerCase().includes(wanted));
  return { text, setText, passes };
}

const FEW = 6;

export function Filter({ text, setText, total }: FilterState & { total: number }) {
  const t = useText();
  if (total < FEW && text === "") return null;
  return (
    <input
      type="search"
      className="filter"
      placeholder={t("filter")}
      aria-label={t("filter")}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
