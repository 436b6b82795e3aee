// A new job: its code, what starts it, its data, what it leaves, where it runs. The same form
// holds a copy of another job (?from=) and a draft that is changed (?edit=).

import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import * as routes from "../api/routes";
import type { Job } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { ImportField } from "../components/dataset/ImportField";
import { CodeField } from "../components/job/CodeField";
import { DataField } from "../components/job/DataField";
import { ModelFields } from "../components/job/ModelFields";
import { PairRows } from "../components/job/PairRows";
import { PlaceFields } from "../components/job/PlaceFields";
import { errorText, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { useIdentity } from "../identity";
import { draftOf, type JobDraft, type Missing, missing, NOTHING, specOf } from "../jobs/draft";
import { useSending } from "../sending";
import { useText } from "../settings";

export function NewJob() {
  const t = useText();
  const [query] = useSearchParams();
  const edited = query.get("edit");
  const number = Number(edited ?? query.get("from") ?? 0);
  return (
    <>
      <Head
        title={t(edited ? "job.edit.title" : "job.new")}
        about={t("job.new.about")}
        crumbs={[{ to: "/jobs", name: t("nav.jobs") }]}
      />
      {number > 0 ? (
        <Filled key={number} number={number} edit={edited !== null} />
      ) : (
        <Form start={NOTHING} />
      )}
    </>
  );
}

function Filled({ number, edit }: { number: number; edit: boolean }) {
  const asked = usePoll(`job ${number} to copy`, (signal) => routes.job(number, signal), 0);
  return (
    <Load from={asked} lines={8}>
      {(job) => <Form start={edit ? draftOf(job) : copyOf(job)} {...(edit ? { edited: job } : {})} />}
    </Load>
  );
}

/** A copy has a name of its own. */
function copyOf(job: Job): JobDraft {
  return { ...draftOf(job), name: "" };
}

function Form({ start, edited }: { start: JobDraft; edited?: Job }) {
  const t = useText();
  const navigate = useNavigate();
  const { session } = useIdentity();
  const [draft, setDraft] = useState(start);
  const [wrong, setWrong] = useState<Missing>({});
  const { busy, error, send } = useSending();
  const change = (changes: Partial<JobDraft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    setWrong({});
  };
  const permission = session.permissions["job.submit"];

  function save(asDraft: boolean) {
    const found = missing(draft);
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    void send(async () => {
      const body = { name: draft.name.trim(), description: draft.description, spec: specOf(draft) };
      const job = await (edited
        ? routes.changeJob(edited.id, body)
        : routes.submitJob({ ...body, draft: asDraft }));
      if (edited && !asDraft) await routes.startJob(edited.id);
      await navigate(`/jobs/${job.id}`);
    });
  }

  return (
    <form className="job-form" onSubmit={(event) => event.preventDefault()}>
      <Panel title={t("job.part.code")}>
        <div className="stack">
          <div className="fields">
            <ImportField label={t("name")} help={t("job.name.help")} problem={wrong.name}>
              <input
                type="text"
                value={draft.name}
                onChange={(event) => change({ name: event.target.value })}
              />
            </ImportField>
            <ImportField label={t("job.description")} problem={undefined}>
              <input
                type="text"
                value={draft.description}
                onChange={(event) => change({ description: event.target.value })}
              />
            </ImportField>
          </div>
          <CodeField code={draft.code} problem={wrong.code} onChange={(code) => change({ code })} />
          <ImportField label={t("job.command")} help={t("job.command.help")} problem={wrong.command}>
            <input
              type="text"
              className="mono"
              spellCheck={false}
              placeholder="python train.py"
              value={draft.command}
              onChange={(event) => change({ command: event.target.value })}
            />
          </ImportField>
          <PairRows
            label={t("job.parameters")}
            help={t("job.parameters.help")}
            rows={draft.parameters}
            onChange={(parameters) => change({ parameters })}
          />
          <PairRows
            label={t("job.env")}
            help={t("job.env.help")}
            rows={draft.env}
            onChange={(env) => change({ env })}
          />
        </div>
      </Panel>
      <Panel title={t("job.part.data")}>
        <div className="stack">
          <DataField
            label="./train_data"
            data={draft.train}
            problem={wrong.train}
            onChange={(train) => change({ train })}
          />
          <DataField
            label="./test_data"
            data={draft.test}
            problem={wrong.test}
            onChange={(test) => change({ test })}
          />
        </div>
      </Panel>
      <Panel title={t("job.part.model")}>
        <ModelFields draft={draft} missing={wrong} onChange={change} />
      </Panel>
      <Panel title={t("job.part.place")}>
        <PlaceFields draft={draft} missing={wrong} onChange={change} />
      </Panel>
      {Object.keys(wrong).length > 0 && (
        <p className="failure" role="alert">
          {t("job.incomplete")}
        </p>
      )}
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
      <div className="row row-end">
        <Action permission={permission} busy={busy} onClick={() => save(true)}>
          {t("job.save")}
        </Action>
        <Action kind="primary" permission={permission} busy={busy} onClick={() => save(false)}>
          {t("job.submit")}
        </Action>
      </div>
    </form>
  );
}
