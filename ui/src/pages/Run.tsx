// One run: what came of it, how each stage went and why, and what the stages logged.

import { useState } from "react";
import { useParams } from "react-router";

import * as routes from "../api/routes";
import type { Run } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { ApprovalCard } from "../components/ApprovalCard";
import { AskDialog } from "../components/AskDialog";
import { Badge } from "../components/Badge";
import { Exported } from "../components/dataset/Exported";
import { RefusedByRun } from "../components/dataset/RefusedPanel";
import { External } from "../components/External";
import { Facts } from "../components/Facts";
import { Icon } from "../components/Icon";
import { CampaignLink } from "../components/labelling/CampaignLink";
import { DatasetLink, ModelLink, shortRun } from "../components/links";
import { Load } from "../components/Load";
import { useNotice } from "../components/Notice";
import { type Crumb, Head, Panel } from "../components/Page";
import { Report } from "../components/Report";
import { StageDetail } from "../components/StageDetail";
import { StageStrip } from "../components/StageStrip";
import { Ago, Took } from "../components/Time";
import { number } from "../format";
import { useIdentity } from "../identity";
import { type Key, type Translate, wordFor } from "../messages";
import { headline } from "../metrics";
import { useSettings, useText } from "../settings";
import { defaultStage } from "../stages";

const WHILE_IT_RUNS = 2000;
const AFTERWARDS = 30_000;

export function RunPage() {
  const t = useText();
  const { session } = useIdentity();
  const { project = session.project, lifecycle = "", run: name = "" } = useParams();
  const id = `${project}/${lifecycle}/${name}`;
  const [finished, setFinished] = useState(false);
  const asked = usePoll(
    `run ${id}`,
    async (signal) => {
      const run = await routes.run(id, signal);
      setFinished(run.finished);
      return run;
    },
    finished ? AFTERWARDS : WHILE_IT_RUNS,
  );
  return (
    <>
      <Head
        title={name}
        badge={asked.data && <Badge state={asked.data.approval ? "waiting" : asked.data.state} />}
        crumbs={crumbsOf(lifecycle, t)}
        actions={
          asked.data && (
            <>
              <Reports run={asked.data} />
              {!asked.data.finished && <Stop run={asked.data} refresh={asked.refresh} />}
            </>
          )
        }
      />
      <Load from={asked} lines={8}>
        {(run) => <Content run={run} refresh={asked.refresh} />}
      </Load>
    </>
  );
}

const IMPORT = "import_";
const EXPORT = "dataset_export";
/** Works that are no lifecycle of anybody: the page that they belong to. */
const PLACES: Readonly<Record<string, { to: string; name: Key }>> = {
  custom_job: { to: "/jobs", name: "nav.jobs" },
  custom_job_pods: { to: "/jobs", name: "nav.jobs" },
  job_registration: { to: "/jobs", name: "nav.jobs" },
  job_release: { to: "/jobs", name: "nav.jobs" },
  image_build: { to: "/images", name: "nav.images" },
};

/** An import belongs to its dataset, a job to jobs, any other run to its lifecycle. */
function crumbsOf(lifecycle: string, t: Translate): Crumb[] {
  const place = PLACES[lifecycle];
  if (place) {
    return [
      { to: place.to, name: t(place.name) },
      { to: `/lifecycles/${lifecycle}`, name: wordFor(t, "work", lifecycle) },
    ];
  }
  if (!lifecycle.startsWith(IMPORT)) {
    return [
      { to: "/lifecycles", name: t("nav.lifecycles") },
      { to: `/lifecycles/${lifecycle}`, name: wordFor(t, "work", lifecycle) },
    ];
  }
  const dataset = lifecycle.slice(IMPORT.length);
  return [
    { to: "/datasets", name: t("nav.datasets") },
    { to: `/datasets/${dataset}`, name: dataset },
    { to: `/datasets/${dataset}/import`, name: t("import.runs") },
  ];
}

function Content({ run, refresh }: { run: Run; refresh: () => Promise<void> }) {
  const t = useText();
  const [chosen, setChosen] = useState<string>();
  const selected = chosen ?? defaultStage(run);
  const stage = run.stages.find((one) => one.node === selected);
  return (
    <>
      {run.approval && (
        <Panel flush>
          <ApprovalCard approval={run.approval} onAnswered={refresh} />
        </Panel>
      )}
      {run.reason && <Why run={run} />}
      <Panel>
        <RunFactsList run={run} />
      </Panel>
      {run.facts.has_refused && <RefusedByRun run={run.run_id} />}
      {run.lifecycle === EXPORT && run.state === "succeeded" && <Exported run={run.run_id} />}
      <Panel title={t("run.stages")} flush>
        <StageStrip stages={run.stages} selected={selected} onSelect={setChosen} />
        {stage && <StageDetail key={stage.node} run={run} stage={stage} />}
      </Panel>
    </>
  );
}

function Why({ run }: { run: Run }) {
  const tone = run.state === "failed" ? "bad" : run.state === "rejected" ? "refused" : "still";
  return (
    <div className={`why tone-${tone}`}>
      <Icon name={tone === "bad" ? "cross" : tone === "refused" ? "ban" : "alert"} />
      <p>
        {run.failed_node && <strong>{run.failed_node}: </strong>}
        {run.reason}
      </p>
    </div>
  );
}

function RunFactsList({ run }: { run: Run }) {
  const { t, language } = useSettings();
  const { facts } = run;
  const metrics = headline(facts.metrics, facts.primary, 4);
  return (
    <Facts
      facts={[
        [t("started"), <Ago time={run.started} />],
        [t("took"), <Took start={run.started} end={run.ended} />],
        [t("by"), run.actor],
        facts.dataset_version && [t("dataset"), <DatasetLink tag={facts.dataset_version} />],
        facts.campaign && [t("campaign"), <CampaignLink name={facts.campaign} />],
        facts.model && [t("model"), <ModelLink name={facts.model} version={facts.model_version} />],
        ...metrics.map(
          (name) => [name, <strong>{number(facts.metrics?.[name] ?? 0, language)}</strong>] as const,
        ),
        facts.service_url && [
          t("service"),
          <External href={facts.service_url}>{facts.service ?? facts.service_url}</External>,
        ],
        facts.mlflow_url && ["MLflow", <External href={facts.mlflow_url}>{t("open")}</External>],
        facts.airflow_url && ["Airflow", <External href={facts.airflow_url}>{t("open")}</External>],
      ]}
    />
  );
}

function Stop({ run, refresh }: { run: Run; refresh: () => Promise<void> }) {
  const t = useText();
  const notice = useNotice();
  const [asking, setAsking] = useState(false);
  const permission = run.permissions["run.stop"];

  async function stop() {
    await routes.stopRun(run.run_id);
    notice(t("run.stop.done"));
    setAsking(false);
    await refresh();
  }

  return (
    <>
      <Action
        kind="danger"
        permission={permission}
        obstacle={run.stopping_by ? t("run.stopping", { by: run.stopping_by }) : undefined}
        onClick={() => setAsking(true)}
      >
        {t("run.stop")}
      </Action>
      {asking && (
        <AskDialog
          title={t("run.stop.title", { run: shortRun(run.run_id) })}
          verb={t("run.stop")}
          kind="danger"
          permission={permission}
          act={stop}
          onClose={() => setAsking(false)}
        >
          <p>{t("run.stop.effect")}</p>
        </AskDialog>
      )}
    </>
  );
}

function Reports({ run }: { run: Run }) {
  const t = useText();
  const [open, setOpen] = useState<"report" | "validation">();
  return (
    <>
      {run.facts.has_validation && (
        <button type="button" className="button" onClick={() => setOpen("validation")}>
          {t("run.validation")}
        </button>
      )}
      {run.facts.has_report && (
        <button type="button" className="button" onClick={() => setOpen("report")}>
          {t("run.report")}
        </button>
      )}
      {open && (
        <Report
          title={t(open === "report" ? "run.report" : "run.validation")}
          address={open === "report" ? routes.runReport(run.run_id) : routes.runValidation(run.run_id)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}
