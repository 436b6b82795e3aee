// A version made from a version: which operation, on what, with which options. It is a run.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { Dataset, OperationShape } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { Fields } from "../../forms/Fields";
import { changed, type Draft, defaults, type Problem } from "../../forms/reading";
import { fieldsOf } from "../../forms/schema";
import { TermsContext } from "../../forms/terms";
import { useIdentity } from "../../identity";
import { operationsFor } from "../../samples/operating";
import { useSending } from "../../sending";
import { useSettings } from "../../settings";
import { Action } from "../Action";
import { Dialog } from "../Dialog";
import { runAddress } from "../links";
import { errorText, Load } from "../Load";
import { ImportField } from "./ImportField";
import { OperationPreview } from "./OperationPreview";
import { OtherField } from "./OtherField";
import { usePlace } from "./place";
import { UploadField } from "./UploadField";
import { useTermsOf } from "./useTermsOf";
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
  const shapes = operationsFor(asked.data ?? [], dataset.modality, dataset.task);
  const shape = shapes.find((one) => one.name === name) ?? shapes[0];
  const terms = useTermsOf(version, shape?.merges ? other : "");
  const fields = shape ? fieldsOf(shape.form) : [];
  const draft = (shape && drafts[shape.name]) ?? defaults(fields);

  /** The options as they stand; undefined, with the problems shown, if they cannot be read. */
  function options() {
    const filled = changed(fields, draft, terms);
    setProblems(filled.problems);
    return Object.keys(filled.problems).length === 0 ? filled.values : undefined;
  }

  async function act(operation: OperationShape) {
    const values = options();
    if (values === undefined) return;
    const files = operation.sources.filter((port) => uploads[port]);
    const run = await routes.operate(place, {
      operation: operation.name,
      version,
      other: operation.merges ? other : null,
      options: values,
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
        {() =>
          shape && (
            <TermsContext value={terms}>
              <div className="fields">
                <ImportField label={t("operate.what")} help={shape.description} problem={undefined}>
                  <select
                    value={shape.name}
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
                {shape.merges && <OtherField dataset={dataset} other={other} onChange={setOther} />}
              </div>
              <Fields
                key={shape.name}
                fields={fields}
                draft={draft}
                problems={problems}
                onChange={(path, entry) => {
                  setDrafts((before) => ({ ...before, [shape.name]: { ...draft, [path]: entry } }));
                  setProblems((before) => without(before, path));
                }}
                compare
              />
              {shape.sources.map((port) => (
                <section key={port}>
                  <h3>{t("operate.file")}</h3>
                  <UploadField
                    upload={uploads[port] ?? ""}
                    problem={undefined}
                    onUpload={(id) => setUploads((before) => ({ ...before, [port]: id }))}
                  />
                </section>
              ))}
              {shape.previewable && (
                <OperationPreview
                  key={`${shape.name} ${version}`}
                  operation={shape.name}
                  version={version}
                  options={options}
                />
              )}
            </TermsContext>
          )
        }
      </Load>
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </Dialog>
  );
}

/** The problems but for those of a field that is being typed in. */
function without(problems: Record<string, Problem>, path: string): Record<string, Problem> {
  const others = Object.entries(problems).filter(
    ([name]) => name !== path && !name.startsWith(`${path}.`),
  );
  return Object.fromEntries(others);
}
