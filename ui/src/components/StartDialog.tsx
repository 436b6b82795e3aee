// The form that starts a run. Only what differs from the lifecycle's own values is sent.

import { useMemo, useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../api/routes";
import type { Lifecycle } from "../api/types";
import { Fields } from "../forms/Fields";
import { changed, defaults, type Problem } from "../forms/reading";
import { fieldsOf, sections } from "../forms/schema";
import { type Translate, wordFor } from "../messages";
import { useSending } from "../sending";
import { useText } from "../settings";
import { Action } from "./Action";
import { Dialog } from "./Dialog";
import { runAddress } from "./links";
import { errorText } from "./Load";

interface StartDialogProps {
  lifecycle: Lifecycle;
  onClose: () => void;
}

export function StartDialog({ lifecycle, onClose }: StartDialogProps) {
  const t = useText();
  const navigate = useNavigate();
  // The form as it was when the dialog opened: asking again must not change it under the hands.
  const [fields] = useState(() => fieldsOf(lifecycle.form));
  const [draft, setDraft] = useState(() => defaults(fields));
  const [force, setForce] = useState(false);
  const [problems, setProblems] = useState<Record<string, Problem>>({});
  const { busy, error, send } = useSending();
  const count = useMemo(() => Object.keys(changed(fields, draft).values).length, [fields, draft]);

  async function act() {
    const filled = changed(fields, draft);
    setProblems(filled.problems);
    if (Object.keys(filled.problems).length > 0) return;
    const run = await routes.start(lifecycle.name, { values: filled.values, force });
    await navigate(runAddress(run.run_id));
  }

  return (
    <Dialog
      title={t("run.start.title", { name: lifecycle.display_name ?? lifecycle.name })}
      size="large"
      onClose={onClose}
      actions={
        <>
          <span className="quiet spread">
            {count === 0 ? t("form.unchanged") : t("form.changes", { n: count })}
          </span>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <Action
            kind="primary"
            permission={lifecycle.permissions["lifecycle.run"]}
            busy={busy}
            onClick={() => void send(act)}
          >
            {busy ? t("run.starting") : t("run.start")}
          </Action>
        </>
      }
    >
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
      {[...sections(fields)].map(([section, members], index) => (
        <details
          key={section}
          className="form-section"
          open={index === 0 || members.some((field) => field.path in problems)}
        >
          <summary>
            {sectionName(section, t)}
            <Mark
              wrong={members.some((field) => field.path in problems)}
              count={Object.keys(changed(members, draft).values).length}
            />
          </summary>
          <Fields
            fields={members}
            draft={draft}
            problems={problems}
            onChange={(path, text) => setDraft((before) => ({ ...before, [path]: text }))}
            compare
          />
        </details>
      ))}
      <label className="check">
        <input
          type="checkbox"
          checked={force}
          onChange={(event) => setForce(event.target.checked)}
        />
        {t("run.force")}
      </label>
    </Dialog>
  );
}

/** `Training (xgboost)` keeps what is in brackets. */
function sectionName(section: string, t: Translate): string {
  if (section === "") return t("form.general");
  const [word = "", ...rest] = section.split(" (");
  return [wordFor(t, "section", word.toLowerCase(), word), ...rest].join(" (");
}

function Mark({ wrong, count }: { wrong: boolean; count: number }) {
  const t = useText();
  if (wrong) return <span className="field-mark tone-bad">{t("form.wrong")}</span>;
  return count > 0 ? <span className="field-mark">{t("form.changes", { n: count })}</span> : null;
}
