// Who is to label a package: one of its campaign's annotators.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { LabelPackage } from "../../api/types";
import { useIdentity } from "../../identity";
import { useText } from "../../settings";
import { AskDialog } from "../AskDialog";
import { ImportField } from "../dataset/ImportField";
import { useNotice } from "../Notice";

interface HandDialogProps {
  one: LabelPackage;
  name: string;
  act: "assign" | "transfer";
  annotators: readonly string[];
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function HandDialog({ one, name, act, annotators, onClose, onDone }: HandDialogProps) {
  const t = useText();
  const notice = useNotice();
  const { session } = useIdentity();
  const [annotator, setAnnotator] = useState("");
  const others = annotators.filter((person) => person !== one.annotator);

  async function send() {
    const given = await routes.handPackage(one.id, act, { annotator });
    notice(t("package.handed", { name, annotator: given.annotator ?? "" }));
    onClose();
    await onDone();
  }

  return (
    <AskDialog
      title={t(`package.${act}.title`, { name })}
      verb={t(`package.${act}`)}
      kind="primary"
      permission={session.permissions["label.assign"]}
      obstacle={annotator ? undefined : t("package.annotator.needed")}
      act={send}
      onClose={onClose}
    >
      <p>{t(`package.${act}.effect`, { annotator: one.annotator ?? "" })}</p>
      <ImportField label={t("package.annotator")} help={t("package.annotator.help")} problem={undefined}>
        <select value={annotator} onChange={(event) => setAnnotator(event.target.value)}>
          <option value="">{t("form.nothing")}</option>
          {others.map((person) => (
            <option key={person} value={person}>
              {person}
            </option>
          ))}
        </select>
      </ImportField>
    </AskDialog>
  );
}
