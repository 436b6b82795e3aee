// What a job leaves: the framework of its model, and how the model answers requests.

import { FRAMEWORKS, type JobDraft, type Missing } from "../../jobs/draft";
import { useText } from "../../settings";
import { ImportField } from "../dataset/ImportField";

interface ModelFieldsProps {
  draft: JobDraft;
  missing: Missing;
  onChange: (change: Partial<JobDraft>) => void;
}

export function ModelFields({ draft, missing, onChange }: ModelFieldsProps) {
  const t = useText();
  return (
    <div className="fields">
      <ImportField label={t("job.framework")} help={t("job.framework.help")} problem={undefined}>
        <select
          value={draft.framework}
          onChange={(event) => onChange({ framework: event.target.value as JobDraft["framework"] })}
        >
          {FRAMEWORKS.map((one) => (
            <option key={one} value={one}>
              {one === "other" ? t("job.framework.other") : one}
            </option>
          ))}
        </select>
      </ImportField>
      <ImportField label={t("job.serve")} help={t("job.serve.help")} problem={missing.serve}>
        <input
          type="text"
          className="mono"
          spellCheck={false}
          value={draft.serve}
          onChange={(event) => onChange({ serve: event.target.value })}
        />
      </ImportField>
      <ImportField label={t("job.sample")} help={t("job.sample.help")} problem={undefined}>
        <input
          type="text"
          className="mono"
          spellCheck={false}
          value={draft.sample}
          onChange={(event) => onChange({ sample: event.target.value })}
        />
      </ImportField>
      <ImportField label={t("job.requirements")} help={t("job.requirements.help")} problem={undefined}>
        <textarea
          className="mono"
          rows={3}
          spellCheck={false}
          value={draft.requirements}
          onChange={(event) => onChange({ requirements: event.target.value })}
        />
      </ImportField>
    </div>
  );
}
