// What an import left out: file, line and reason of each, and all of it as a file to take away.

import { type ReactNode, useState } from "react";
import { useSearchParams } from "react-router";

import * as routes from "../../api/routes";
import type { RefusedPage } from "../../api/types";
import { type Polled, usePoll } from "../../api/usePoll";
import { number } from "../../format";
import { queryOf, readQuery, withQuery } from "../../samples/query";
import { useSettings } from "../../settings";
import { Icon } from "../Icon";
import { RunLink } from "../links";
import { Empty, Load } from "../Load";
import { Panel } from "../Page";
import { Pager } from "../Pager";
import { Table } from "../Table";
import { keyOf, usePlace } from "./place";
import { VersionChoice } from "./SampleFilters";

const SIZE = 50;

/** Of a run, which may have failed of it. */
export function RefusedByRun({ run }: { run: string }) {
  const { language } = useSettings();
  const [page, setPage] = useState(1);
  const asked = usePoll(
    `refused ${run} ${page} ${language}`,
    (signal) => routes.refusedByRun(run, (page - 1) * SIZE, SIZE, signal),
    0,
  );
  return <RefusedPanel asked={asked} page={page} onPage={setPage} />;
}

interface RefusedOfVersionProps {
  versions: readonly number[];
  /** The version to begin with. */
  first: number;
}

/** Of the import that made a version. */
export function RefusedOfVersion({ versions, first }: RefusedOfVersionProps) {
  const { language } = useSettings();
  const place = usePlace();
  const [params, setParams] = useSearchParams();
  const { version = first, page } = readQuery(params);
  const asked = usePoll(
    keyOf(place, "refused", version, page, language),
    (signal) =>
      routes.refusedSamples(place, { version, offset: (page - 1) * SIZE, limit: SIZE }, signal),
    0,
  );
  const change = (changes: Record<string, string>) =>
    setParams(withQuery(queryOf(location.hash), changes), { replace: true });
  return (
    <RefusedPanel asked={asked} page={page} onPage={(next) => change({ page: String(next) })} from>
      <VersionChoice version={version} versions={versions} onChange={change} />
    </RefusedPanel>
  );
}

interface RefusedPanelProps {
  asked: Polled<RefusedPage>;
  page: number;
  onPage: (page: number) => void;
  /** Say which run it was. */
  from?: boolean;
  children?: ReactNode;
}

function RefusedPanel({ asked, page, onPage, from = false, children }: RefusedPanelProps) {
  const { t } = useSettings();
  const run = asked.data?.run_id;
  return (
    <Panel
      title={t("refused.title")}
      flush
      actions={
        <>
          {children}
          {run && (
            <a className="button button-small" href={routes.refusedFile(run)} download>
              <Icon name="down" size={13} />
              {t("refused.download")}
            </a>
          )}
        </>
      }
    >
      <Load from={asked}>
        {(found) =>
          found.listed === 0 ? (
            <Empty icon="check" title={t("refused.none")}>
              {t("refused.none.how")}
            </Empty>
          ) : (
            <Refused found={found} page={page} onPage={onPage} from={from} />
          )
        }
      </Load>
    </Panel>
  );
}

interface RefusedProps {
  found: RefusedPage;
  page: number;
  onPage: (page: number) => void;
  from: boolean;
}

function Refused({ found, page, onPage, from }: RefusedProps) {
  const { t, language } = useSettings();
  const lines = found.samples.some((one) => one.line !== null);
  return (
    <>
      <p className="panel-note quiet">
        {t("refused.about", { count: number(found.listed, language) })}
        {!found.complete && ` ${t("refused.more")}`}
        {from && found.run_id && (
          <>
            {" "}
            {t("refused.run")} <RunLink run={{ run_id: found.run_id }} />
          </>
        )}
      </p>
      <Table
        label={t("refused.title")}
        rows={found.samples.map((one, at) => ({ ...one, at }))}
        rowKey={(one) => String(one.at)}
        columns={[
          {
            key: "file",
            title: t("refused.file"),
            className: "refused-file",
            cell: (one) => <code>{one.file}</code>,
          },
          ...(lines
            ? [
                {
                  key: "line",
                  title: t("refused.line"),
                  number: true,
                  cell: (one: { line: number | null }) =>
                    one.line === null ? "–" : number(one.line, language),
                },
              ]
            : []),
          { key: "why", title: t("reason"), className: "refused-why", cell: (one) => one.reason },
        ]}
      />
      <div className="panel-foot">
        <Pager page={page} size={SIZE} total={found.listed} onPage={onPage} />
      </div>
    </>
  );
}
