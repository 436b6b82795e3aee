// The rows of a table, page by page, under what is known of its columns.

import { useRef } from "react";
import { useSearchParams } from "react-router";

import * as routes from "../../api/routes";
import type { RowPage } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { type ColumnProfile, columnsOf } from "../../samples/profile";
import { queryOf, readQuery, withQuery } from "../../samples/query";
import { useText } from "../../settings";
import { Load } from "../Load";
import { Panel } from "../Page";
import { Pager } from "../Pager";
import { ColumnHead } from "./ColumnHead";
import { keyOf, usePlace } from "./place";
import { VersionChoice } from "./SampleFilters";
import { useProfile } from "./useProfile";

const SIZE = 50;

interface RowsProps {
  versions: readonly number[];
  profiled: readonly number[];
}

export function Rows({ versions, profiled }: RowsProps) {
  const place = usePlace();
  const [params, setParams] = useSearchParams();
  const { version, page: number } = readQuery(params);
  const wanted = { version, offset: (number - 1) * SIZE, limit: SIZE };
  const found = usePoll(
    keyOf(place, "rows", JSON.stringify(wanted)),
    (signal) => routes.rows(place, wanted, signal),
    0,
  );
  const profile = useProfile(version ?? versions[0], profiled);
  const before = useRef<RowPage>(undefined);
  if (found.data) before.current = found.data;
  return (
    <Load from={{ ...found, data: found.data ?? before.current }} lines={8}>
      {(page) => (
        <Content
          page={page}
          number={number}
          versions={versions}
          profiles={columnsOf(profile)}
          onChange={(changes) =>
            setParams(withQuery(queryOf(location.hash), changes), { replace: true })
          }
        />
      )}
    </Load>
  );
}

interface ContentProps {
  page: RowPage;
  number: number;
  versions: readonly number[];
  profiles: Map<string, ColumnProfile>;
  onChange: (changes: Record<string, string>) => void;
}

function Content({ page, number, versions, profiles, onChange }: ContentProps) {
  const t = useText();
  return (
    <Panel
      title={t("table")}
      actions={<VersionChoice version={page.version} versions={versions} onChange={onChange} />}
      flush
    >
      <Grid page={page} profiles={profiles} />
      <div className="panel-foot">
        <Pager
          page={number}
          size={SIZE}
          total={page.total}
          onPage={(next) => onChange({ page: String(next) })}
        />
      </div>
    </Panel>
  );
}

function Grid({ page, profiles }: { page: RowPage; profiles: Map<string, ColumnProfile> }) {
  const t = useText();
  const columns = page.columns.map((column) => ({
    name: String(column.name),
    numeric: column.type === "number",
    column,
  }));
  return (
    <div className="table-box" role="region" aria-label={t("table")} tabIndex={0}>
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">{t("sample.id")}</th>
            {columns.map(({ name, numeric, column }) => (
              <th key={name} scope="col" className={numeric ? "number" : undefined}>
                <ColumnHead column={column} profile={profiles.get(name)} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row, at) => (
            <tr key={page.ids[at]}>
              <td className="quiet mono">{page.ids[at]}</td>
              {columns.map(({ name, numeric }, place) => (
                <td key={name} className={numeric ? "number" : undefined}>
                  {row[place] === null ? (
                    <span className="quiet" title={t("table.missing")}>
                      –
                    </span>
                  ) : (
                    <span className="cell-text">{asItIs(row[place])}</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Data stand as they are: a year has no digits in groups. */
function asItIs(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
