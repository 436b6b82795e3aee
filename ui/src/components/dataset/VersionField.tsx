// Which version of a dataset is worked on.

import type { Dataset } from "../../api/types";
import { useText } from "../../settings";
import { ImportField } from "./ImportField";

interface VersionFieldProps {
  dataset: Dataset;
  version: number;
  onChange: (version: number) => void;
  label?: string;
}

export function VersionField({ dataset, version, onChange, label }: VersionFieldProps) {
  const t = useText();
  return (
    <ImportField label={label ?? t("version")} problem={undefined}>
      <select value={version} onChange={(event) => onChange(Number(event.target.value))}>
        {dataset.history
          .filter((one) => !one.deleted)
          .map((one) => (
            <option key={one.version} value={one.version}>
              v{one.version}
            </option>
          ))}
      </select>
    </ImportField>
  );
}
