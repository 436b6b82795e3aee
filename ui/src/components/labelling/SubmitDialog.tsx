// The question before a package is handed in.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { LabelPackage } from "../../api/types";
import { useIdentity } from "../../identity";
import { waitingOf } from "../../labelling/progress";
import { useText } from "../../settings";
import { AskDialog } from "../AskDialog";
import { useNotice } from "../Notice";

interface SubmitDialogProps {
  one: LabelPackage;
  name: string;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function SubmitDialog({ one, name, onClose, onDone }: SubmitDialogProps) {
  const t = useText();
  const notice = useNotice();
  const { session } = useIdentity();
  const [unchanged, setUnchanged] = useState(false);
  const { rejected } = one.items;
  const waiting = waitingOf(one.items) - (unchanged ? rejected : 0);

  async function act() {
    const now = await routes.submitPackage(one.id, { unchanged });
    notice(t(now.state === "passed" ? "package.submit.passed" : "package.submit.done", { name }));
    onClose();
    await onDone();
  }

  return (
    <AskDialog
      title={t("package.submit.title", { name })}
      verb={t("package.submit")}
      kind="primary"
      permission={session.permissions["label.work"]}
      act={act}
      onClose={onClose}
    >
      <p>{t("package.submit.effect")}</p>
      {rejected > 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={unchanged}
            onChange={(event) => setUnchanged(event.target.checked)}
          />
          {t("package.submit.unchanged", { n: rejected })}
        </label>
      )}
      {waiting > 0 && <p className="quiet">{t("package.submit.waiting", { n: waiting })}</p>}
    </AskDialog>
  );
}
