// The question before a service is stopped or started.

import { useState } from "react";

import * as routes from "../api/routes";
import type { Service } from "../api/types";
import { useText } from "../settings";
import { Action } from "./Action";
import { Dialog } from "./Dialog";
import { errorText } from "./Load";

interface SwitchDialogProps {
  service: Service;
  verb: "start" | "stop";
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function SwitchDialog({ service, verb, onClose, onDone }: SwitchDialogProps) {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  async function send() {
    setBusy(true);
    setError(undefined);
    try {
      await (verb === "stop" ? routes.stopService : routes.startService)(service.name);
      onClose();
      await onDone();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  return (
    <Dialog
      title={t(`service.${verb}.title`, { name: service.name })}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <Action
            kind={verb === "stop" ? "danger" : "primary"}
            permission={service.permissions[`service.${verb}`]}
            busy={busy}
            onClick={() => void send()}
          >
            {t(`service.${verb}`)}
          </Action>
        </>
      }
    >
      <p>{t(`service.${verb}.effect`)}</p>
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </Dialog>
  );
}
