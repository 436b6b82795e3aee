// The question before a version is locked, unlocked, deleted or restored.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { Dataset, DatasetVersion } from "../../api/types";
import { useText } from "../../settings";
import { AskDialog } from "../AskDialog";
import { useNotice } from "../Notice";
import { usePlace } from "./place";

export type VersionAct = "lock" | "unlock" | "delete" | "restore";

interface VersionDialogProps {
  dataset: Dataset;
  version: DatasetVersion;
  act: VersionAct;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function VersionDialog({ dataset, version, act, onClose, onDone }: VersionDialogProps) {
  const t = useText();
  const tell = useNotice();
  const place = usePlace();
  const [reason, setReason] = useState("");

  async function send() {
    if (act === "lock") await routes.lockVersion(place, version.version, reason);
    else if (act === "unlock") await routes.unlockVersion(place, version.version);
    else if (act === "delete") await routes.deleteVersion(place, version.version);
    else await routes.restoreVersion(place, version.version);
    onClose();
    tell(t(`version.${act}.done`, { tag: version.tag }));
    await onDone();
  }

  return (
    <AskDialog
      title={t(`version.${act}.title`, { tag: version.tag })}
      verb={t(`version.${act}`)}
      kind={act === "delete" ? "danger" : "primary"}
      permission={dataset.permissions[act.endsWith("lock") ? "dataset.edit" : "dataset.delete"]}
      act={send}
      onClose={onClose}
    >
      <p>{t(`version.${act}.effect`)}</p>
      {act === "lock" && (
        <label className="field">
          <span className="field-name">{t("version.lock.reason")}</span>
          <input
            type="text"
            value={reason}
            maxLength={300}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
      )}
    </AskDialog>
  );
}
