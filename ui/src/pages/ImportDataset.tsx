// The import wizard: where the data are, what they mean, and the run that brings them in.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../api/routes";
import { Action } from "../components/Action";
import { ImportCheck } from "../components/dataset/ImportCheck";
import { ImportMeaning } from "../components/dataset/ImportMeaning";
import { ImportSource } from "../components/dataset/ImportSource";
import { runAddress } from "../components/links";
import { errorText } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { useIdentity } from "../identity";
import {
  definitionOf,
  type ImportDraft,
  type MissingMeaning,
  missingMeaning,
  NOTHING,
} from "../samples/defining";
import { missingSource } from "../samples/importing";
import { useSending } from "../sending";
import { useText } from "../settings";

const STEPS = ["source", "meaning", "check"] as const;

export function ImportDataset() {
  const t = useText();
  const navigate = useNavigate();
  const { session } = useIdentity();
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<ImportDraft>(NOTHING);
  const [missing, setMissing] = useState<MissingMeaning>({});
  const [made, setMade] = useState(false);
  const { busy, error, send } = useSending();
  const change = (changes: Partial<ImportDraft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    setMissing({});
  };

  function next() {
    const found = step === 0 ? missingSource(draft) : missingMeaning(draft);
    setMissing(found);
    if (Object.keys(found).length === 0) setStep(step + 1);
  }

  async function start() {
    if (!made) await routes.defineDataset(definitionOf(draft));
    setMade(true); // if starting fails, it is tried again without defining it twice
    const run = await routes.startImport({ name: draft.name });
    await navigate(runAddress(run.run_id));
  }

  return (
    <>
      <Head
        title={t("import.title")}
        about={t("import.about")}
        crumbs={[{ to: "/datasets", name: t("nav.datasets") }]}
      />
      <ol className="steps">
        {STEPS.map((name, at) => (
          <li key={name} aria-current={at === step ? "step" : undefined}>
            <span className="step-number">{at + 1}</span> {t(`import.step.${name}`)}
          </li>
        ))}
      </ol>
      <Panel title={t(`import.step.${STEPS[step] ?? "check"}`)}>
        {step === 0 && <ImportSource draft={draft} missing={missing} onChange={change} />}
        {step === 1 && <ImportMeaning draft={draft} missing={missing} onChange={change} />}
        {step === 2 && <ImportCheck draft={draft} />}
        {error !== undefined && (
          <p className="failure" role="alert">
            {errorText(error, t("error.away"))}
          </p>
        )}
        <div className="row row-end">
          {step > 0 && (
            <button type="button" className="button" disabled={made} onClick={() => setStep(step - 1)}>
              {t("import.back")}
            </button>
          )}
          {step < 2 ? (
            <button type="button" className="button button-primary" onClick={next}>
              {t("import.next")}
            </button>
          ) : (
            <Action
              kind="primary"
              permission={session.permissions["lifecycle.run"]}
              busy={busy}
              onClick={() => void send(start)}
            >
              {t(busy ? "run.starting" : "import.start")}
            </Action>
          )}
        </div>
      </Panel>
    </>
  );
}
