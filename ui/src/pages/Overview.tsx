// What waits for a person, what is broken, what runs, what serves, what changed.

import { Link } from "react-router";

import * as routes from "../api/routes";
import type { Overview, RunBrief, Trouble } from "../api/types";
import { usePoll } from "../api/usePoll";
import { ApprovalCard } from "../components/ApprovalCard";
import { Badge } from "../components/Badge";
import { Changes } from "../components/Changes";
import { Icon } from "../components/Icon";
import { Empty, Load } from "../components/Load";
import { RunLink } from "../components/links";
import { Head, Panel } from "../components/Page";
import { ServicesTable } from "../components/ServicesTable";
import { Table } from "../components/Table";
import { Ago, Took } from "../components/Time";
import { useText } from "../settings";

export function OverviewPage() {
  const t = useText();
  const asked = usePoll("overview", routes.overview, 4000);
  return (
    <>
      <Head title={t("nav.overview")} />
      <Load from={asked} lines={8}>
        {(overview) => <Content overview={overview} refresh={asked.refresh} />}
      </Load>
    </>
  );
}

function Content({ overview, refresh }: { overview: Overview; refresh: () => Promise<void> }) {
  const t = useText();
  if (overview.counts.lifecycles === 0) return <FirstSteps />;
  return (
    <>
      <Counts counts={overview.counts} />
      <div className="columns">
        <div className="stack">
          <Attention overview={overview} refresh={refresh} />
          <Panel title={t("overview.running")} flush={overview.running.length > 0}>
            {overview.running.length > 0 ? (
              <RunningRuns
                runs={overview.running}
                waiting={new Set(overview.waiting.map((one) => one.run_id))}
              />
            ) : (
              <p className="quiet">{t("overview.running.none")}</p>
            )}
          </Panel>
          <Panel title={t("nav.services")} flush={overview.services.length > 0}>
            {overview.services.length > 0 ? (
              <ServicesTable services={overview.services} brief />
            ) : (
              <p className="quiet">{t("services.none")}</p>
            )}
          </Panel>
        </div>
        <Changes />
      </div>
    </>
  );
}

function FirstSteps() {
  const t = useText();
  return (
    <Empty icon="flag" title={t("overview.first")}>
      <p>{t("overview.first.how")}</p>
      <pre className="command">
        aileron lifecycle new churn --data churn.csv --target left{"\n"}
        aileron lifecycle run churn --wait
      </pre>
    </Empty>
  );
}

function Counts({ counts }: { counts: Overview["counts"] }) {
  const t = useText();
  return (
    <nav className="counts" aria-label={t("overview.counts")}>
      {(["lifecycles", "models", "services", "datasets"] as const).map((noun) => (
        <Link key={noun} to={`/${noun}`} className="count">
          <strong>{counts[noun]}</strong>
          {t(`nav.${noun}`)}
        </Link>
      ))}
    </nav>
  );
}

function Attention({ overview, refresh }: { overview: Overview; refresh: () => Promise<void> }) {
  const t = useText();
  const { waiting, broken } = overview;
  if (waiting.length + broken.length === 0) {
    return (
      <p className="all-well">
        <Icon name="check" />
        {t("overview.all.well")}
      </p>
    );
  }
  return (
    <Panel title={t("overview.attention")} flush>
      <ul className="attention">
        {waiting.map((approval) => (
          <li key={approval.run_id}>
            <ApprovalCard approval={approval} onAnswered={refresh} linked />
          </li>
        ))}
        {broken.map((trouble) => (
          <li key={`${trouble.kind} ${trouble.subject} ${trouble.sentence}`}>
            <TroubleLine trouble={trouble} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function TroubleLine({ trouble }: { trouble: Trouble }) {
  const t = useText();
  const name = `${t(`kind.${trouble.kind}`)} ${trouble.subject}`;
  return (
    <div className="trouble">
      <span className="tone-bad trouble-icon">
        <Icon name="alert" />
      </span>
      <div>
        <h3>{trouble.link === null ? name : <Link to={trouble.link}>{name}</Link>}</h3>
        <p>{trouble.sentence}</p>
        {trouble.action && <p className="quiet">{trouble.action}</p>}
      </div>
    </div>
  );
}

interface RunningRunsProps {
  runs: readonly RunBrief[];
  waiting: ReadonlySet<string>;
}

function RunningRuns({ runs, waiting }: RunningRunsProps) {
  const t = useText();
  return (
    <Table
      label={t("overview.running")}
      rows={runs}
      rowKey={(run) => run.run_id}
      columns={[
        {
          key: "lifecycle",
          title: t("lifecycle"),
          cell: (run) => <Link to={`/lifecycles/${run.lifecycle}`}>{run.lifecycle}</Link>,
        },
        { key: "run", title: t("run"), cell: (run) => <RunLink run={run} /> },
        {
          key: "state",
          title: t("state"),
          cell: (run) => <Badge state={waiting.has(run.run_id) ? "waiting" : run.state} />,
        },
        { key: "started", title: t("started"), cell: (run) => <Ago time={run.started} /> },
        {
          key: "took",
          title: t("took"),
          number: true,
          cell: (run) => <Took start={run.started} end={run.ended} />,
        },
        { key: "actor", title: t("by"), cell: (run) => run.actor },
      ]}
    />
  );
}
