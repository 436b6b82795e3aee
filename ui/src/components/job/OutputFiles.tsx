// The files that a job left in ./output, to be downloaded.

import * as routes from "../../api/routes";
import type { JobFiles } from "../../api/types";
import { bytes } from "../../format";
import { useText } from "../../settings";
import { Table } from "../Table";

const SHOWN = 500;

export function OutputFiles({ id, files }: { id: number; files: JobFiles }) {
  const t = useText();
  return (
    <>
      <Table
        label={t("job.output")}
        rows={files.files.slice(0, SHOWN)}
        rowKey={(file) => file.path}
        columns={[
          {
            key: "path",
            title: t("job.file"),
            cell: (file) => (
              <a href={routes.jobFile(id, file.path)} download className="mono">
                {file.path}
              </a>
            ),
          },
          { key: "size", title: t("size"), number: true, cell: (file) => bytes(file.size) },
        ]}
      />
      {files.total > SHOWN && (
        <p className="quiet panel-note">{t("job.output.more", { shown: SHOWN, total: files.total })}</p>
      )}
    </>
  );
}
