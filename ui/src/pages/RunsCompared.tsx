// Runs of one lifecycle side by side.

import { useParams, useSearchParams } from "react-router";

import * as routes from "../api/routes";
import { usePoll } from "../api/usePoll";
import { Badge } from "../components/Badge";
import { ComparisonTable } from "../components/ComparisonTable";
import { RunLink } from "../components/links";
import { Empty, Load } from "../components/Load";
import { Head } from "../components/Page";
import { Ago } from "../components/Time";
import { useText } from "../settings";

export function RunsCompared() {
  const t = useText();
  const { name = "" } = useParams();
  const [query] = useSearchParams();
  const ids = query.getAll("run");
  return (
    <>
      <Head
        title={t("compare.runs")}
        crumbs={[
          { to: "/lifecycles", name: t("nav.lifecycles") },
          { to: `/lifecycles/${name}`, name },
        ]}
      />
      {ids.length < 2 ? (
        <Empty title={t("compare.choose")} />
      ) : (
        <Compared name={name} ids={ids} />
      )}
    </>
  );
}

function Compared({ name, ids }: { name: string; ids: readonly string[] }) {
  const asked = usePoll(
    `compare ${name} ${ids.join(" ")}`,
    (signal) => routes.compareRuns(name, ids, signal),
    15_000,
  );
  return (
    <Load from={asked} lines={8}>
      {({ runs, rows }) => (
        <ComparisonTable
          rows={rows}
          heads={runs.map((run) => (
            <div key={run.run_id} className="name-cell">
              <RunLink run={run} />
              <span className="row">
                <Badge state={run.state} />
                <span className="quiet">
                  <Ago time={run.started} />
                </span>
              </span>
            </div>
          ))}
        />
      )}
    </Load>
  );
}
