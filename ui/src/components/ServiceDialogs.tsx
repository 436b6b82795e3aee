// The questions before a service is scaled or deleted.

import { useState } from "react";

import * as routes from "../api/routes";
import type { Service } from "../api/types";
import { useText } from "../settings";
import { AskDialog } from "./AskDialog";

const MOST_REPLICAS = 1000;

interface ServiceDialogProps {
  service: Service;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function ScaleDialog({ service, onClose, onDone }: ServiceDialogProps) {
  const t = useText();
  const most = service.max_replicas ?? MOST_REPLICAS;
  const [text, setText] = useState(String(service.replicas));
  const replicas = Number(text);
  const fits = Number.isInteger(replicas) && replicas >= 1 && replicas <= most;

  async function act() {
    await routes.scaleService(service.name, { replicas });
    onClose();
    await onDone();
  }

  return (
    <AskDialog
      title={t("service.scale.title", { name: service.name })}
      verb={t("service.scale")}
      kind="primary"
      permission={service.permissions["service.scale"]}
      obstacle={fits ? undefined : t("service.scale.range", { most })}
      act={act}
      onClose={onClose}
    >
      <p>{t("service.scale.effect")}</p>
      <label className="field field-short">
        <span className="field-name">{t("replicas")}</span>
        <input
          type="number"
          min={1}
          max={most}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
    </AskDialog>
  );
}

export function DeleteDialog({ service, onClose, onDone }: ServiceDialogProps) {
  const t = useText();

  async function act() {
    await routes.deleteService(service.name);
    onClose();
    await onDone();
  }

  return (
    <AskDialog
      title={t("service.delete.title", { name: service.name })}
      verb={t("service.delete")}
      kind="danger"
      permission={service.permissions["service.delete"]}
      act={act}
      onClose={onClose}
    >
      <p>{t("service.delete.effect")}</p>
    </AskDialog>
  );
}
