// A dataset, and which version of it.

import type { DatasetBrief } from "../../api/types";
import type { Key } from "../../messages";
import { useText } from "../../settings";
import { ImportField } from "./ImportField";

interface Chosen {
  dataset: string;
  /** Empty: the latest. */
  version: string;
}

interface DatasetFieldsProps {
  datasets: readonly DatasetBrief[];
  chosen: Chosen;
  problem: Key | undefined;
  onChange: (chosen: Partial<Chosen>) => void;
}

/** Two fields; whoever shows them puts them into a form's `fields`. */
export function DatasetFields({ datasets, chosen, problem, onChange }: DatasetFieldsProps) {
  const t = useText();
  const latest = datasets.find((one) => one.name === chosen.dataset)?.latest ?? 0;
  return (
    <>
      <ImportField label={t("dataset")} problem={problem}>
        <select
          value={chosen.dataset}
          onChange={(event) => onChange({ dataset: event.target.value, version: "" })}
        >
          <option value="">{t("form.nothing")}</option>
          {datasets.map((one) => (
            <option key={one.name} value={one.name}>
              {one.display_name ?? one.name}
            </option>
          ))}
        </select>
      </ImportField>
      <ImportField label={t("version")} problem={undefined}>
        <select value={chosen.version} onChange={(event) => onChange({ version: event.target.value })}>
          <option value="">{t("job.latest")}</option>
          {Array.from({ length: latest }, (_, i) => latest - i).map((version) => (
            <option key={version} value={version}>
              v{version}
            </option>
          ))}
        </select>
      </ImportField>
    </>
  );
}
