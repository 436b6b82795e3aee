// Second step of the wizard: what the data mean.

import * as routes from "../../api/routes";
import { usePoll } from "../../api/usePoll";
import { wordFor } from "../../messages";
import {
  formatsFor,
  type ImportDraft,
  isStrict,
  type MissingMeaning,
  needsTarget,
  needsTime,
  TASKS,
} from "../../samples/defining";
import type { Modality } from "../../samples/importing";
import { useSettings } from "../../settings";
import { ImportField } from "./ImportField";

interface ImportMeaningProps {
  draft: ImportDraft;
  missing: MissingMeaning;
  onChange: (changes: Partial<ImportDraft>) => void;
}

const MODALITIES = Object.keys(TASKS) as Modality[];

export function ImportMeaning({ draft, missing, onChange }: ImportMeaningProps) {
  const { t, language } = useSettings();
  const formats = usePoll("formats", routes.formats, 0);
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
          <select value={draft.task} onChange={(event) => onChange({ task: event.target.value, format: "" })}>
            {TASKS[draft.modality].map((one) => (
              <option key={one} value={one}>
                {wordFor(t, "task", one)}
              </option>
            ))}
          </select>
        </ImportField>
        {needsTarget(draft) && (
          <ImportField label={t("import.target")} help={t("import.target.help")} problem={missing.target}>
            <input
              type="text"
              value={draft.target}
              onChange={(event) => onChange({ target: event.target.value })}
            />
          </ImportField>
        )}
        {needsTime(draft) && (
          <ImportField label={t("import.time")} help={t("import.time.help")} problem={missing.time}>
            <input
              type="text"
              value={draft.time}
              onChange={(event) => onChange({ time: event.target.value })}
            />
          </ImportField>
        )}
        <ImportField label={t("sample.format")} help={t("import.format.help")} problem={undefined}>
          <select value={draft.format} onChange={(event) => onChange({ format: event.target.value })}>
            <option value="">{t("import.format.auto")}</option>
            {formatsFor(formats.data ?? [], draft.modality, draft.task).map((one) => (
              <option key={one.name} value={one.name}>
                {one.title[language]}
              </option>
            ))}
          </select>
        </ImportField>
      </div>
      <fieldset className="choices">
        <legend className="field-name">{t("import.broken")}</legend>
        {([false, true] as const).map((strict) => (
          <label key={String(strict)} className="choice">
            <input
              type="radio"
              name="strict"
              checked={isStrict(draft) === strict}
              onChange={() => onChange({ strict })}
            />
            <span>
              <strong>{t(strict ? "import.strict" : "import.lenient")}</strong>
              <span className="quiet">{t(strict ? "import.strict.help" : "import.lenient.help")}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
