// Things side by side, line by line; lines that differ stand out or stand alone.

import { type ReactNode, useState } from "react";

import type { Comparison } from "../api/types";
import { plain } from "../format";
import { smallerIsBetter } from "../metrics";
import { useSettings } from "../settings";
import { Empty } from "./Load";
import { Panel } from "./Page";

const GROUPS = ["metric", "parameter", "dataset", "version"] as const;

interface ComparisonTableProps {
  heads: readonly ReactNode[];
  rows: readonly Comparison[];
}

export function ComparisonTable({ heads, rows }: ComparisonTableProps) {
  const { t } = useSettings();
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.filter((row) => row.differs);
  return (
    <Panel
      title={t("compare.lines", { n: rows.filter((row) => row.differs).length, all: rows.length })}
      flush
      actions={
        <label className="check">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
          {t("compare.all")}
        </label>
      }
    >
      {shown.length === 0 ? (
        <Empty icon="check" title={t("compare.same")} />
      ) : (
        <div className="table-box" role="region" aria-label={t("compare")} tabIndex={0}>
          <table className="comparison">
            <thead>
              <tr>
                <th scope="col">
                  <span className="visually-hidden">{t("name")}</span>
                </th>
                {heads.map((head, index) => (
                  <th key={index} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            {GROUPS.map((group) => (
              <Group
                key={group}
                group={group}
                rows={shown.filter((row) => row.group === group)}
                width={heads.length + 1}
              />
            ))}
          </table>
        </div>
      )}
    </Panel>
  );
}

interface GroupProps {
  group: (typeof GROUPS)[number];
  rows: readonly Comparison[];
  width: number;
}

function Group({ group, rows, width }: GroupProps) {
  const { t, language } = useSettings();
  if (rows.length === 0) return null;
  return (
    <tbody>
      <tr className="group-row">
        <th colSpan={width} scope="colgroup">
          {t(`compare.${group}`)}
        </th>
      </tr>
      {rows.map((row) => {
        const best = group === "metric" ? bestOf(row) : undefined;
        return (
          <tr key={row.name} className={row.differs ? "differs" : ""}>
            <th scope="row" className="mono">
              {row.name}
            </th>
            {row.values.map((value, index) => (
              <td key={index} className={value !== null && value === best ? "best" : ""}>
                {plain(value, language)}
                {value !== null && value === best && (
                  <span className="visually-hidden"> ({t("compare.best")})</span>
                )}
              </td>
            ))}
          </tr>
        );
      })}
    </tbody>
  );
}

/** The best value of a metric that differs. */
function bestOf(row: Comparison): number | undefined {
  const values = row.values.filter((value): value is number => typeof value === "number");
  if (!row.differs || values.length < 2) return undefined;
  return smallerIsBetter(row.name) ? Math.min(...values) : Math.max(...values);
}
