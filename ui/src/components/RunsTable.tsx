// The runs of a lifecycle as rows with their stages and results.

import type { RunRow } from "../api/types";
import { number } from "../format";
import { commonHeadline } from "../metrics";
import { useSettings } from "../settings";
import { Badge } from "./Badge";
import { RunLink, shortRun } from "./links";
import { MiniStrip } from "./StageStrip";
import { type ColumnOf, Table } from "./Table";
import { Ago, Took } from "./Time";

/** More than the API compares at once. */
const MOST_COMPARED = 10;

interface RunsTableProps {
  runs: readonly RunRow[];
  chosen: readonly string[];
  onChoose: (ids: readonly string[]) => void;
}

export function RunsTable({ runs, chosen, onChoose }: RunsTableProps) {
  const { t, language } = useSettings();
  const toggle = (id: string) =>
    onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const metrics: ColumnOf<RunRow>[] = commonHeadline(runs).map((name) => ({
    key: `metric ${name}`,
    title: name,
    number: true,
    cell: (run) => {
      const value = run.metrics?.[name];
      return value === undefined ? <span className="quiet">–</span> : number(value, language);
    },
  }));
  const columns: ColumnOf<RunRow>[] = [
    {
      key: "choose",
      title: <span className="visually-hidden">{t("compare")}</span>,
      cell: (run) => (
        <input
          type="checkbox"
          aria-label={t("compare.this", { run: shortRun(run.run_id) })}
          checked={chosen.includes(run.run_id)}
          disabled={!chosen.includes(run.run_id) && chosen.length >= MOST_COMPARED}
          onChange={() => toggle(run.run_id)}
        />
      ),
    },
    { key: "run", title: t("run"), cell: (run) => <RunLink run={run} /> },
    {
      key: "state",
      title: t("state"),
      cell: (run) => <Badge state={run.state} />,
    },
    {
      key: "stages",
      title: t("run.stages"),
      cell: (run) => <StagesCell run={run} />,
      className: "wide",
    },
    ...metrics,
    {
      key: "version",
      title: t("version"),
      number: true,
      cell: (run) => (run.model_version === null ? "–" : `v${run.model_version}`),
    },
    { key: "started", title: t("started"), cell: (run) => <Ago time={run.started} /> },
    {
      key: "took",
      title: t("took"),
      number: true,
      cell: (run) => <Took start={run.started} end={run.ended} />,
    },
    { key: "actor", title: t("by"), cell: (run) => run.actor },
  ];
  return <Table label={t("runs")} columns={columns} rows={runs} rowKey={(run) => run.run_id} />;
}

function StagesCell({ run }: { run: RunRow }) {
  return (
    <div className="name-cell">
      <MiniStrip stages={run.stages} />
      {run.reason && (
        <span className="clip quiet" title={run.reason}>
          {run.failed_node && <strong>{run.failed_node}: </strong>}
          {run.reason}
        </span>
      )}
    </div>
  );
}
