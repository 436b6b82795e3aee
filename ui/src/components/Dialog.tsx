// A window over the page. The browser's own dialog keeps the focus inside and closes on Escape.

import { type ReactNode, useEffect, useRef } from "react";

import { useText } from "../settings";
import { Icon } from "./Icon";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** The buttons at the end. */
  actions?: ReactNode;
  size?: "small" | "large" | "full";
  /** Only what is in `actions` closes it. */
  firm?: boolean;
}

export function Dialog(props: DialogProps) {
  const { title, onClose, children, actions, size = "small", firm = false } = props;
  const t = useText();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    if (!firm) return undefined;
    // Browsers let a page refuse to close once; a second Escape must not even be asked for.
    const stay = (event: KeyboardEvent) => event.key === "Escape" && event.preventDefault();
    document.addEventListener("keydown", stay);
    return () => document.removeEventListener("keydown", stay);
  }, [firm]);
  return (
    <dialog
      ref={box}
      className={`dialog dialog-${size}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        if (!firm) onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current && !firm) onClose();
      }}
    >
      <div className="dialog-inside">
        <header className="dialog-head">
          <h2>{title}</h2>
          {!firm && (
            <button type="button" className="icon-button" aria-label={t("close")} onClick={onClose}>
              <Icon name="cross" />
            </button>
          )}
        </header>
        <div className="dialog-body">{children}</div>
        {actions && <footer className="dialog-foot">{actions}</footer>}
      </div>
    </dialog>
  );
}
