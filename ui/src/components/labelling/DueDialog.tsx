// A package's own deadline.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { LabelPackage } from "../../api/types";
import { useIdentity } from "../../identity";
import { fieldOf, momentOf } from "../../labelling/due";
import { useText } from "../../settings";
import { AskDialog } from "../AskDialog";
import { ImportField } from "../dataset/ImportField";

interface DueDialogProps {
  one: LabelPackage;
  name: string;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function DueDialog({ one, name, onClose, onDone }: DueDialogProps) {
  const t = useText();
  const { session } = useIdentity();
  const [field, setField] = useState(fieldOf(one.deadline));

  async function send() {
    await routes.duePackage(one.id, { deadline: momentOf(field) });
    onClose();
    await onDone();
  }

  return (
    <AskDialog
      title={t("package.due.title", { name })}
      verb={t("save")}
      kind="primary"
      permission={session.permissions["label.assign"]}
      act={send}
      onClose={onClose}
    >
      <ImportField label={t("label.due")} help={t("package.due.help")} problem={undefined}>
        <input
          type="datetime-local"
          value={field}
          onChange={(event) => setField(event.target.value)}
        />
      </ImportField>
    </AskDialog>
  );
}
