// All lifecycles, each with how its last run went.

import { Link } from "react-router";

import * as routes from "../api/routes";
import type { LifecycleBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Badge } from "../components/Badge";
import { Filter, useFilter } from "../components/Filter";
import { Empty, Load } from "../components/Load";
import { runAddress } from "../components/links";
import { Head, Panel } from "../components/Page";
import { Schedule } from "../components/Schedule";
import { Table } from "../components/Table";
import { Ago } from "../components/Time";
import { useText } from "../settings";

export function Lifecycles() {
  const t = useText();
  const asked = usePoll("lifecycles", routes.lifecycles, 5000);
  const filter = useFilter();
  return (
    <>
      <Head
        title={t("nav.lifecycles")}
        about={t("lifecycles.about")}
        actions={
          <>
            <Filter {...filter} total={asked.data?.length ?? 0} />
            <Link className="button" to="/algorithms">
              {t("algorithms")}
            </Link>
          </>
        }
      />
      <Load from={asked}>
        {(lifecycles) => (
          <List
            total={lifecycles.length}
            lifecycles={lifecycles.filter((one) => filter.passes(one.name, one.display_name))}
          />
        )}
      </Load>
    </>
  );
}

function List({ lifecycles, total }: { lifecycles: LifecycleBrief[]; total: number }) {
  const t = useText();
  if (total === 0) {
    return (
      <Empty title={t("lifecycles.none")}>
        <pre className="command">aileron lifecycle new churn --data churn.csv --target left</pre>
      </Empty>
    );
  }
  return (
    <Panel flush>
      <Table
        label={t("nav.lifecycles")}
        rows={lifecycles}
        rowKey={(one) => one.name}
        columns={[
          { key: "name", title: t("lifecycle"), cell: (one) => <Name lifecycle={one} /> },
          {
            key: "dataset",
            title: t("dataset"),
            cell: (one) =>
              one.dataset && <Link to={`/datasets/${one.dataset}`}>{one.dataset}</Link>,
          },
          { key: "state", title: t("run.last"), cell: (one) => <LastRun lifecycle={one} /> },
          {
            key: "schedule",
            title: t("schedule"),
            cell: (one) => <Schedule schedule={one.schedule} />,
          },
          {
            key: "next",
            title: t("run.next"),
            cell: (one) => (one.next_run ? <Ago time={one.next_run} /> : "–"),
          },
        ]}
      />
    </Panel>
  );
}

function Name({ lifecycle }: { lifecycle: LifecycleBrief }) {
  return (
    <div className="name-cell">
      <Link to={`/lifecycles/${lifecycle.name}`}>{lifecycle.display_name ?? lifecycle.name}</Link>
      {lifecycle.display_name && <span className="quiet mono">{lifecycle.name}</span>}
      {lifecycle.problem && <p className="field-error">{lifecycle.problem}</p>}
    </div>
  );
}

function LastRun({ lifecycle }: { lifecycle: LifecycleBrief }) {
  const t = useText();
  const run = lifecycle.last_run;
  if (run === null) return <span className="quiet">{t("run.never")}</span>;
  return (
    <div className="name-cell">
      <span className="row">
        <Link to={runAddress(run.run_id)} className="bare">
          <Badge state={run.state} />
        </Link>
        <span className="quiet">
          <Ago time={run.started} />
        </span>
      </span>
      {run.reason && <span className="clip quiet" title={run.reason}>{run.reason}</span>}
    </div>
  );
}
