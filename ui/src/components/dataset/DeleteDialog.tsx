// The question before a dataset is deleted with all its versions.

import * as routes from "../../api/routes";
import type { Dataset } from "../../api/types";
import { useText } from "../../settings";
import { AskDialog } from "../AskDialog";
import { useNotice } from "../Notice";
import { usePlace } from "./place";

interface DeleteDialogProps {
  dataset: Dataset;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function DeleteDialog({ dataset, onClose, onDone }: DeleteDialogProps) {
  const t = useText();
  const tell = useNotice();
  const place = usePlace();

  async function act() {
    await routes.deleteDataset(place);
    onClose();
    tell(t("dataset.delete.done", { name: dataset.name }));
    await onDone();
  }

  return (
    <AskDialog
      title={t("dataset.delete.title", { name: dataset.name })}
      verb={t("version.delete")}
      kind="danger"
      permission={dataset.permissions["dataset.delete"]}
      act={act}
      onClose={onClose}
    >
      <p>{t("dataset.delete.effect")}</p>
    </AskDialog>
  );
}
