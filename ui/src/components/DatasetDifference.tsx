// What changed between two versions of a dataset: rows, columns, labels.

import * as routes from "../api/routes";
import type { DatasetDiff } from "../api/types";
import { usePoll } from "../api/usePoll";
import { number, signed } from "../format";
import { useSettings } from "../settings";
import { keyOf, usePlace } from "./dataset/place";
import { Figure } from "./Facts";
import { Load } from "./Load";
import { Table } from "./Table";

interface DatasetDifferenceProps {
  a: number;
  b: number;
}

export function DatasetDifference({ a, b }: DatasetDifferenceProps) {
  const place = usePlace();
  const asked = usePoll(
    keyOf(place, "diff", a, b),
    (signal) => routes.datasetDiff(place, a, b, signal),
    0,
  );
  return <Load from={asked}>{(diff) => <Difference diff={diff} />}</Load>;
}

function Difference({ diff }: { diff: DatasetDiff }) {
  const { t, language } = useSettings();
  if (diff.same) return <p className="quiet">{t("dataset.same")}</p>;
  const { rows } = diff;
  const labels = diff.classes.filter((one) => one.before !== one.after);
  return (
    <div className="stack">
      <div className="figures">
        {(["added", "removed", "changed", "kept"] as const).map((kind) => (
          <Figure key={kind} name={t(`diff.${kind}`)}>
            {number(rows[kind], language)}
          </Figure>
        ))}
      </div>
      <ColumnChanges diff={diff} />
      {labels.length > 0 && (
        <Table
          label={t("diff.labels")}
          rows={labels}
          rowKey={(one) => one.label}
          columns={[
            { key: "label", title: t("diff.label"), cell: (one) => one.label },
            {
              key: "before",
              title: `v${diff.a}`,
              number: true,
              cell: (one) => number(one.before, language),
            },
            {
              key: "after",
              title: `v${diff.b}`,
              number: true,
              cell: (one) => number(one.after, language),
            },
            {
              key: "change",
              title: t("diff.change"),
              number: true,
              cell: (one) => signed(one.after - one.before, language),
            },
          ]}
        />
      )}
    </div>
  );
}

function ColumnChanges({ diff }: { diff: DatasetDiff }) {
  const { t } = useSettings();
  const { added, removed, changed } = diff.columns;
  const lines = [
    ["diff.columns.added", added],
    ["diff.columns.removed", removed],
    ["diff.columns.changed", changed.map((column) => column.name)],
  ] as const;
  return (
    <ul>
      {lines.map(
        ([key, names]) => names.length > 0 && <li key={key}>{t(key, { names: names.join(", ") })}</li>,
      )}
    </ul>
  );
}
