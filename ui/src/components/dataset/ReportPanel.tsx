// The report on a version: the page that profiling made, in a frame in which nothing runs.

import { useState } from "react";

import * as routes from "../../api/routes";
import { useText } from "../../settings";
import { Empty } from "../Load";
import { Panel } from "../Page";
import { usePlace } from "./place";
import { VersionChoice } from "./SampleFilters";
import { useProfile } from "./useProfile";

export function ReportPanel({ versions }: { versions: readonly number[] }) {
  const t = useText();
  const place = usePlace();
  const [version, setVersion] = useState(versions[0] ?? 1);
  const profile = useProfile(version);
  const title = t("report.of", { name: place.name, version });
  return (
    <Panel
      title={title}
      actions={
        <VersionChoice
          version={version}
          versions={versions}
          onChange={(changes) => setVersion(Number(changes.version))}
        />
      }
      flush
    >
      {profile === null && <Empty title={t("report.none")}>{t("report.none.how")}</Empty>}
      {profile && (
        <iframe
          className="report report-page"
          title={title}
          src={routes.datasetReport(place, version)}
          sandbox=""
        />
      )}
    </Panel>
  );
}
