// What a job finds in ./train_data or ./test_data: a dataset version, a file, or a folder.

import * as routes from "../../api/routes";
import type { DatasetBrief } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { useIdentity } from "../../identity";
import type { DataDraft, DataWay } from "../../jobs/draft";
import type { Key } from "../../messages";
import { useText } from "../../settings";
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
function VersionChoice(props: VersionChoiceProps) {
  const { session } = useIdentity();
  const asked = usePoll("datasets for jobs", (signal) => routes.datasets({}, signal), 0);
  return (
    <Load from={asked} lines={2}>
      {(found) => (
        <Versions
          {...props}
          there={found.filter((one) => one.project === session.project && one.latest !== null)}
        />
      )}
    </Load>
  );
}

interface VersionsProps extends VersionChoiceProps {
  there: readonly DatasetBrief[];
}

function Versions({ data, problem, onChange, there }: VersionsProps) {
  const t = useText();
  const latest = there.find((one) => one.name === data.dataset)?.latest ?? 0;
  return (
    <div className="fields">
      <ImportField label={t("dataset")} problem={problem}>
        <select
          value={data.dataset}
          onChange={(event) => onChange({ dataset: event.target.value, version: "" })}
        >
          <option value="">{t("form.nothing")}</option>
          {there.map((one) => (
            <option key={one.name} value={one.name}>
              {one.display_name ?? one.name}
            </option>
          ))}
        </select>
      </ImportField>
      <ImportField label={t("version")} problem={undefined}>
        <select value={data.version} onChange={(event) => onChange({ version: event.target.value })}>
          <option value="">{t("job.latest")}</option>
          {Array.from({ length: latest }, (_, i) => latest - i).map((version) => (
            <option key={version} value={version}>
              v{version}
            </option>
          ))}
        </select>
      </ImportField>
    </div>
  );
}
