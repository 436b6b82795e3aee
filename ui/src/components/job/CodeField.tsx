// Where a job's code is: a file that is sent, a folder of the workspace, Git, or the image.

import type { Key } from "../../messages";
import type { CodeDraft, CodeWay } from "../../jobs/draft";
import { useText } from "../../settings";
import { ImportField } from "../dataset/ImportField";
import { UploadField } from "../dataset/UploadField";

interface CodeFieldProps {
  code: CodeDraft;
  problem: Key | undefined;
  onChange: (code: CodeDraft) => void;
}

const WAYS: readonly CodeWay[] = ["upload", "folder", "git", "image"];

export function CodeField({ code, problem, onChange }: CodeFieldProps) {
  const t = useText();
  const put = (change: Partial<CodeDraft>) => onChange({ ...code, ...change });
  const line = (field: "folder" | "url" | "revision" | "path", label: Key, help: Key, wrong?: Key) => (
    <ImportField label={t(label)} help={t(help)} problem={wrong}>
      <input
        type="text"
        className="mono"
        spellCheck={false}
        value={code[field]}
        onChange={(event) => put({ [field]: event.target.value })}
      />
    </ImportField>
  );
  return (
    <div className="stack">
      <ImportField label={t("job.code.where")} problem={code.way === "image" ? problem : undefined}>
        <select value={code.way} onChange={(event) => put({ way: event.target.value as CodeWay })}>
          {WAYS.map((way) => (
            <option key={way} value={way}>
              {t(`job.code.${way}`)}
            </option>
          ))}
        </select>
      </ImportField>
      {code.way === "upload" && (
        <>
          <p className="quiet">{t("job.code.upload.help")}</p>
          <UploadField
            upload={code.upload}
            problem={problem}
            onUpload={(upload) => put({ upload })}
          />
        </>
      )}
      {code.way === "folder" && line("folder", "job.folder", "job.folder.help", problem)}
      {code.way === "git" && (
        <div className="fields">
          {line("url", "job.git.url", "job.git.url.help", problem)}
          {line("revision", "job.git.revision", "job.git.revision.help")}
          {line("path", "job.git.path", "job.git.path.help")}
        </div>
      )}
      {code.way === "image" && <p className="quiet">{t("job.code.image.help")}</p>}
    </div>
  );
}
