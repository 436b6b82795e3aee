// The question before a service is stopped or started.

import * as routes from "../api/routes";
import type { Service } from "../api/types";
import { useText } from "../settings";
import { AskDialog } from "./AskDialog";

interface SwitchDialogProps {
  service: Service;
  verb: "start" | "stop";
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function SwitchDialog({ service, verb, onClose, onDone }: SwitchDialogProps) {
  const t = useText();

  async function act() {
    await (verb === "stop" ? routes.stopService : routes.startService)(service.name);
    onClose();
    await onDone();
  }

  return (
    <AskDialog
      title={t(`service.${verb}.title`, { name: service.name })}
      verb={t(`service.${verb}`)}
      kind={verb === "stop" ? "danger" : "primary"}
      permission={service.permissions[`service.${verb}`]}
      act={act}
      onClose={onClose}
    >
      <p>{t(`service.${verb}.effect`)}</p>
    </AskDialog>
  );
}
