// Second step of the wizard: what the data mean.

import { useId } from "react";

import { wordFor } from "../../messages";
import { FORMATS, type ImportDraft, type MissingMeaning, TASKS } from "../../samples/defining";
import type { Modality } from "../../samples/importing";
import { useText } from "../../settings";
import { ImportField } from "./ImportField";

interface ImportMeaningProps {
  draft: ImportDraft;
  missing: MissingMeaning;
  onChange: (changes: Partial<ImportDraft>) => void;
}

const MODALITIES = Object.keys(TASKS) as Modality[];

export function ImportMeaning({ draft, missing, onChange }: ImportMeaningProps) {
  const t = useText();
  const formats = useId();
  const table = draft.modality === "table";
  const choose = (modality: Modality) =>
    onChange({ modality, task: TASKS[modality][0] ?? "", format: "" });
  return (
    <div className="stack">
      <div className="fields">
        <ImportField label={t("name")} help={t("import.name.help")} problem={missing.name}>
          <input
            type="text"
            className="mono"
            spellCheck={false}
            value={draft.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        </ImportField>
        <ImportField label={t("import.display")} problem={undefined}>
          <input
            type="text"
            value={draft.displayName}
            onChange={(event) => onChange({ displayName: event.target.value })}
          />
        </ImportField>
        <ImportField label={t("modality")} problem={undefined}>
          <select
            value={draft.modality}
            onChange={(event) => choose(event.target.value as Modality)}
          >
            {MODALITIES.map((one) => (
              <option key={one} value={one}>
                {t(`modality.${one}`)}
              </option>
            ))}
          </select>
        </ImportField>
        <ImportField label={t("task")} problem={undefined}>
          <select value={draft.task} onChange={(event) => onChange({ task: event.target.value })}>
            {TASKS[draft.modality].map((one) => (
              <option key={one} value={one}>
                {wordFor(t, "task", one)}
              </option>
            ))}
          </select>
        </ImportField>
        {table && (
          <ImportField label={t("import.target")} help={t("import.target.help")} problem={missing.target}>
            <input
              type="text"
              value={draft.target}
              onChange={(event) => onChange({ target: event.target.value })}
            />
          </ImportField>
        )}
        <ImportField label={t("sample.format")} help={t("import.format.help")} problem={undefined}>
          <input
            type="text"
            list={formats}
            placeholder={t("import.format.auto")}
            value={draft.format}
            onChange={(event) => onChange({ format: event.target.value })}
          />
          <datalist id={formats}>
            {FORMATS[draft.modality].map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </ImportField>
      </div>
      {!table && (
        <fieldset className="choices">
          <legend className="field-name">{t("import.broken")}</legend>
          {([false, true] as const).map((strict) => (
            <label key={String(strict)} className="choice">
              <input
                type="radio"
                name="strict"
                checked={draft.strict === strict}
                onChange={() => onChange({ strict })}
              />
              <span>
                <strong>{t(strict ? "import.strict" : "import.lenient")}</strong>
                <span className="quiet">{t(strict ? "import.strict.help" : "import.lenient.help")}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
