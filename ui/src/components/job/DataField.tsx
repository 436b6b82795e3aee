// What a job finds in ./train_data or ./test_data: a dataset version, a file, or a folder.

import * as routes from "../../api/routes";
import { usePoll } from "../../api/usePoll";
import { useIdentity } from "../../identity";
import type { DataDraft, DataWay } from "../../jobs/draft";
import type { Key } from "../../messages";
import { useText } from "../../settings";
import { DatasetFields } from "../dataset/DatasetFields";
import { ImportField } from "../dataset/ImportField";
import { UploadField } from "../dataset/UploadField";
import { Load } from "../Load";

interface DataFieldProps {
  label: string;
  data: DataDraft;
  problem: Key | undefined;
  onChange: (data: DataDraft) => void;
}

const WAYS: readonly DataWay[] = ["none", "dataset", "upload", "folder"];

export function DataField({ label, data, problem, onChange }: DataFieldProps) {
  const t = useText();
  const put = (change: Partial<DataDraft>) => onChange({ ...data, ...change });
  return (
    <div className="stack">
      <ImportField label={label} problem={undefined}>
        <select value={data.way} onChange={(event) => put({ way: event.target.value as DataWay })}>
          {WAYS.map((way) => (
            <option key={way} value={way}>
              {t(`job.data.${way}`)}
            </option>
          ))}
        </select>
      </ImportField>
      {data.way === "dataset" && <VersionChoice data={data} problem={problem} onChange={put} />}
      {data.way === "upload" && (
        <UploadField upload={data.upload} problem={problem} onUpload={(upload) => put({ upload })} />
      )}
      {data.way === "folder" && (
        <ImportField label={t("job.folder")} help={t("job.folder.help")} problem={problem}>
          <input
            type="text"
            className="mono"
            spellCheck={false}
            value={data.folder}
            onChange={(event) => put({ folder: event.target.value })}
          />
        </ImportField>
      )}
    </div>
  );
}

interface VersionChoiceProps {
  data: DataDraft;
  problem: Key | undefined;
  onChange: (change: Partial<DataDraft>) => void;
}

/** Of the datasets of the project: a job names no others. */
function VersionChoice({ data, problem, onChange }: VersionChoiceProps) {
  const { session } = useIdentity();
  const asked = usePoll("datasets for jobs", (signal) => routes.datasets({}, signal), 0);
  return (
    <Load from={asked} lines={2}>
      {(found) => (
        <div className="fields">
          <DatasetFields
            datasets={found.filter((one) => one.project === session.project && one.latest !== null)}
            chosen={data}
            problem={problem}
            onChange={onChange}
          />
        </div>
      )}
    </Load>
  );
}
