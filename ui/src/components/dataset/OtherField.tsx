// The second dataset of an operation on two, and which of its versions.

import * as routes from "../../api/routes";
import type { Dataset } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { useText } from "../../settings";
import { ImportField } from "./ImportField";
import { keyOf } from "./place";
import { VersionField } from "./VersionField";

interface OtherFieldProps {
  dataset: Dataset;
  /** `name@v3`, or empty. */
  other: string;
  onChange: (other: string) => void;
}

/** Another dataset of the project, of the same kind; or another version of the same one. */
export function OtherField({ dataset, other, onChange }: OtherFieldProps) {
  const t = useText();
  const query: Record<string, string> = dataset.modality ? { modality: dataset.modality } : {};
  const asked = usePoll(
    `datasets ${JSON.stringify(query)}`,
    (signal) => routes.datasets(query, signal),
    0,
  );
  const known = (asked.data ?? []).filter(
    (one) => one.project === dataset.project && one.latest !== null,
  );
  const [name = "", number = ""] = other.split("@v");
  return (
    <>
      <ImportField label={t("operate.other")} problem={undefined}>
        <select
          value={name}
          onChange={(event) => {
            const chosen = known.find((one) => one.name === event.target.value);
            onChange(chosen ? `${chosen.name}@v${chosen.latest}` : "");
          }}
        >
          <option value="">{t("form.nothing")}</option>
          {known.map((one) => (
            <option key={one.name} value={one.name}>
              {one.display_name ?? one.name}
            </option>
          ))}
        </select>
      </ImportField>
      {name && (
        <OtherVersion
          name={name}
          version={Number(number)}
          onChange={(version) => onChange(`${name}@v${version}`)}
        />
      )}
    </>
  );
}

interface OtherVersionProps {
  name: string;
  version: number;
  onChange: (version: number) => void;
}

function OtherVersion({ name, version, onChange }: OtherVersionProps) {
  const t = useText();
  const place = { name };
  const asked = usePoll(keyOf(place, "there"), (signal) => routes.dataset(place, false, signal), 0);
  if (!asked.data) return null;
  return (
    <VersionField
      label={t("operate.other.version")}
      dataset={asked.data}
      version={version}
      onChange={onChange}
    />
  );
}
