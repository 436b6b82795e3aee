// A question before something is done: what it does, who may do it, and what went wrong.

import type { ReactNode } from "react";

import type { Permission } from "../api/types";
import { useSending } from "../sending";
import { useText } from "../settings";
import { Action } from "./Action";
import { Dialog } from "./Dialog";
import { errorText } from "./Load";

interface AskDialogProps {
  title: string;
  /** What the button says that does it. */
  verb: string;
  kind: "primary" | "danger";
  permission: Permission | undefined;
  /** Why it cannot be done yet; a sentence. */
  obstacle?: string | undefined;
  act: () => Promise<void>;
  onClose: () => void;
  children: ReactNode;
}

export function AskDialog(props: AskDialogProps) {
  const { title, verb, kind, permission, obstacle, act, onClose, children } = props;
  const t = useText();
  const { busy, error, send } = useSending();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <Action
            kind={kind}
            permission={permission}
            obstacle={obstacle}
            busy={busy}
            onClick={() => void send(act)}
          >
            {verb}
          </Action>
        </>
      }
    >
      {children}
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </Dialog>
  );
}
