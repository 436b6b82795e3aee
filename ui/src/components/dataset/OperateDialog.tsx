// A version made from a version: which operation, on what, with which options. It is a run.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { Dataset, OperationShape } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { Fields } from "../../forms/Fields";
import { changed, type Draft, defaults, fieldsOf, type Problem } from "../../forms/schema";
import { useIdentity } from "../../identity";
import { useSending } from "../../sending";
import { useSettings } from "../../settings";
import { Action } from "../Action";
import { Dialog } from "../Dialog";
import { runAddress } from "../links";
import { errorText, Load } from "../Load";
import { ImportField } from "./ImportField";
import { usePlace } from "./place";
import { UploadField } from "./UploadField";
import { VersionField } from "./VersionField";

interface OperateDialogProps {
  dataset: Dataset;
  onClose: () => void;
}

export function OperateDialog({ dataset, onClose }: OperateDialogProps) {
  const { t, language } = useSettings();
  const { session } = useIdentity();
  const place = usePlace();
  const navigate = useNavigate();
  const asked = usePoll(`operations ${language}`, routes.operations, 0);
  const [name, setName] = useState("sample");
  const [version, setVersion] = useState(dataset.latest ?? 1);
  const [other, setOther] = useState("");
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [uploads, setUploads] = useState<Record<string, string>>({});
  const [problems, setProblems] = useState<Record<string, Problem>>({});
  const { busy, error, send } = useSending();
  const shape = asked.data?.find((one) => one.name === name) ?? asked.data?.[0];
  const fields = shape ? fieldsOf(shape.form) : [];
  const draft = drafts[name] ?? defaults(fields);

  async function act(operation: OperationShape) {
    const filled = changed(fields, draft);
    setProblems(filled.problems);
    if (Object.keys(filled.problems).length > 0) return;
    const files = operation.sources.filter((port) => uploads[port]);
    const run = await routes.operate(place, {
      operation: operation.name,
      version,
      other: operation.merges ? other : null,
      options: filled.values,
      sources: Object.fromEntries(files.map((port) => [port, { upload: uploads[port] }])),
    });
    await navigate(runAddress(run.run_id));
  }

  return (
    <Dialog
      title={t("operate.title", { name: dataset.display_name ?? dataset.name })}
      size="large"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <Action
            kind="primary"
            permission={session.permissions["lifecycle.run"]}
            busy={busy}
            obstacle={shape?.merges && !other ? t("operate.other.needed") : undefined}
            onClick={() => shape && void send(() => act(shape))}
          >
            {t(busy ? "run.starting" : "operate.start")}
          </Action>
        </>
      }
    >
      <p className="quiet">{t("operate.about")}</p>
      <Load from={asked}>
        {(shapes) => (
          <div className="stack">
            <div className="fields">
              <ImportField label={t("operate.what")} problem={undefined}>
                <select
                  value={shape?.name}
                  onChange={(event) => {
                    setName(event.target.value);
                    setProblems({});
                  }}
                >
                  {shapes.map((one) => (
                    <option key={one.name} value={one.name}>
                      {one.title[language]}
                    </option>
                  ))}
                </select>
              </ImportField>
              <VersionField dataset={dataset} version={version} onChange={setVersion} />
              {shape?.merges && <OtherField dataset={dataset} other={other} onChange={setOther} />}
            </div>
            <Fields
              key={name}
              fields={fields}
              draft={draft}
              problems={problems}
              onChange={(path, text) => {
                setDrafts((before) => ({ ...before, [name]: { ...draft, [path]: text } }));
                setProblems(({ [path]: _, ...others }) => others);
              }}
              compare
            />
            {shape?.sources.map((port) => (
              <section key={port}>
                <h3>{t("operate.file")}</h3>
                <UploadField
                  upload={uploads[port] ?? ""}
                  problem={undefined}
                  onUpload={(id) => setUploads((before) => ({ ...before, [port]: id }))}
                />
              </section>
            ))}
          </div>
        )}
      </Load>
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </Dialog>
  );
}

interface OtherFieldProps {
  dataset: Dataset;
  other: string;
  onChange: (name: string) => void;
}

/** The second dataset of a merge: another one of the project, of the same kind. */
function OtherField({ dataset, other, onChange }: OtherFieldProps) {
  const { t } = useSettings();
  const query: Record<string, string> = dataset.modality ? { modality: dataset.modality } : {};
  const asked = usePoll(
    `datasets ${JSON.stringify(query)}`,
    (signal) => routes.datasets(query, signal),
    0,
  );
  const known = (asked.data ?? []).filter(
    (one) => one.project === dataset.project && one.latest !== null && one.name !== dataset.name,
  );
  return (
    <ImportField label={t("operate.other")} problem={undefined}>
      <select value={other} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t("form.nothing")}</option>
        {known.map((one) => (
          <option key={one.name} value={`${one.name}@v${one.latest}`}>
            {one.display_name ?? one.name} v{one.latest}
          </option>
        ))}
      </select>
    </ImportField>
  );
}
