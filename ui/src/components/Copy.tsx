// A button that puts a text into the clipboard.

import { useState } from "react";

import { useText } from "../settings";
import { Icon } from "./Icon";

export function Copy({ text }: { text: string }) {
  const t = useText();
  const [done, setDone] = useState(false);
  // Browsers offer the clipboard on secure pages alone; elsewhere the text can be marked.
  if (!window.isSecureContext) return null;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={t("copy")}
      title={t(done ? "copied" : "copy")}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => setDone(true));
      }}
      onBlur={() => setDone(false)}
    >
      <Icon name={done ? "check" : "copy"} size={14} />
    </button>
  );
}
