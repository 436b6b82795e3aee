// One custom job: how it goes, what it prints, its figures, and what it left.

import { useState } from "react";
import { useParams } from "react-router";

import * as routes from "../api/routes";
import type { Job } from "../api/types";
import { usePoll } from "../api/usePoll";
import { useTail } from "../api/useTail";
import { Badge } from "../components/Badge";
import { External } from "../components/External";
import { Facts } from "../components/Facts";
import { Icon } from "../components/Icon";
import { Curves } from "../components/job/Curves";
import { JobActions } from "../components/job/JobActions";
import { OutputFiles } from "../components/job/OutputFiles";
import { RunLink } from "../components/links";
import { Empty, Load } from "../components/Load";
import { Log } from "../components/Log";
import { Head, Panel } from "../components/Page";
import { Ago, Took } from "../components/Time";
import { number } from "../format";
import { useSettings, useText } from "../settings";

const WHILE_IT_RUNS = 2000;
const AFTERWARDS = 30_000;
const OVER = ["draft", "succeeded", "failed", "stopped"];

export function JobPage() {
  const t = useText();
  const { id = "" } = useParams();
  const [over, setOver] = useState(false);
  const asked = usePoll(
    `job ${id}`,
    async (signal) => {
      const job = await routes.job(Number(id), signal);
      setOver(OVER.includes(job.state));
      return job;
    },
    over ? AFTERWARDS : WHILE_IT_RUNS,
  );
  const job = asked.data;
  return (
    <>
      <Head
        title={job?.name ?? id}
        badge={job && <Badge state={job.state} />}
        about={job?.description}
        crumbs={[{ to: "/jobs", name: t("nav.jobs") }]}
        actions={job && <JobActions job={job} refresh={asked.refresh} />}
      />
      <Load from={asked} lines={8}>
        {(found) => <Content job={found} />}
      </Load>
    </>
  );
}

function Content({ job }: { job: Job }) {
  const t = useText();
  const over = OVER.includes(job.state);
  return (
    <>
      {job.stopping && <p className="quiet">{t("job.stopping")}</p>}
      {job.reason && (
        <div className={`why tone-${job.state === "failed" ? "bad" : "still"}`}>
          <Icon name={job.state === "failed" ? "cross" : "alert"} />
          <p>{job.reason}</p>
        </div>
      )}
      <Panel>
        <JobFacts job={job} />
      </Panel>
      {job.state !== "draft" && (
        <>
          <Panel title={t("job.log")}>
            <JobLog job={job} />
          </Panel>
          <Figures job={job} over={over} />
          {over && <Output job={job} />}
        </>
      )}
      <Panel title={t("job.asked")}>
        <pre className="definition">{JSON.stringify(job.spec, null, 2)}</pre>
      </Panel>
    </>
  );
}

function JobFacts({ job }: { job: Job }) {
  const { t, language } = useSettings();
  return (
    <Facts
      facts={[
        [t("job.created"), <Ago time={job.created} />],
        job.started && [t("took"), <Took start={job.started} end={job.ended} />],
        [t("by"), job.created_by],
        [t("job.framework"), job.framework === "other" ? t("job.framework.other") : job.framework],
        [t("job.place"), job.pool ?? t("job.place.here")],
        job.nodes > 1 && [t("job.nodes"), job.nodes],
        job.commit && [t("job.commit"), <code title={job.commit}>{job.commit.slice(0, 12)}</code>],
        ...Object.entries(job.metrics ?? {})
          .slice(0, 6)
          .map(([name, value]) => [name, <strong>{number(value, language)}</strong>] as const),
        job.run_id && [t("run"), <RunLink run={{ run_id: job.run_id }} />],
        job.mlflow_url && ["MLflow", <External href={job.mlflow_url}>{t("open")}</External>],
        job.airflow_url && ["Airflow", <External href={job.airflow_url}>{t("open")}</External>],
      ]}
    />
  );
}

function JobLog({ job }: { job: Job }) {
  const t = useText();
  const tail = useTail(`job log ${job.id} ${job.run_id}`, async (next, signal) => {
    const piece = await routes.jobLog(job.id, next ?? 0, signal);
    return { text: piece.text, next: piece.next_offset, ended: piece.ended };
  });
  return <Log tail={tail} label={t("log.of", { name: job.name })} />;
}

function Figures({ job, over }: { job: Job; over: boolean }) {
  const t = useText();
  const asked = usePoll(
    `job curves ${job.id} ${job.state}`,
    (signal) => routes.jobCurves(job.id, signal),
    over ? 0 : WHILE_IT_RUNS,
  );
  const curves = asked.data ?? [];
  if (curves.length === 0) return null;
  return (
    <Panel title={t("job.figures")}>
      <Curves curves={curves} />
    </Panel>
  );
}

function Output({ job }: { job: Job }) {
  const t = useText();
  const asked = usePoll(
    `job files ${job.id} ${job.state} ${job.has_output}`,
    (signal) => routes.jobFiles(job.id, signal),
    0,
  );
  return (
    <Panel title={t("job.output")} flush>
      <Load from={asked}>
        {(files) =>
          files.total === 0 ? (
            <Empty title={t("job.output.none")} />
          ) : (
            <OutputFiles id={job.id} files={files} />
          )
        }
      </Load>
    </Panel>
  );
}
