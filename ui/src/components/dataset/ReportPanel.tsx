// The report on a version: the page that profiling made, in a frame in which nothing runs.

import { useState } from "react";

import * as routes from "../../api/routes";
import { useSettings } from "../../settings";
import { Empty } from "../Load";
import { Panel } from "../Page";
import { usePlace } from "./place";
import { VersionChoice } from "./SampleFilters";

interface ReportPanelProps {
  versions: readonly number[];
  profiled: readonly number[];
}

export function ReportPanel({ versions, profiled }: ReportPanelProps) {
  const { t, language } = useSettings();
  const place = usePlace();
  const [version, setVersion] = useState(versions[0] ?? 1);
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
      {!profiled.includes(version) ? (
        <Empty title={t("report.none")}>{t("report.none.how")}</Empty>
      ) : (
        <iframe
          className="report report-page"
          title={title}
          src={routes.datasetReport(place, version, language)}
          sandbox=""
        />
      )}
    </Panel>
  );
}
