// One lifecycle: its stages, its runs, starting one and choosing runs to compare.

import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import * as routes from "../api/routes";
import type { Lifecycle } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { External } from "../components/External";
import { Facts } from "../components/Facts";
import { Icon } from "../components/Icon";
import { DatasetLink, ModelLink, shortRun } from "../components/links";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { RunsTable } from "../components/RunsTable";
import { Schedule } from "../components/Schedule";
import { StageOutline } from "../components/StageStrip";
import { StartDialog } from "../components/StartDialog";
import { Ago } from "../components/Time";
import { wordFor } from "../messages";
import { useText } from "../settings";

const RUNS = 50;

export function LifecyclePage() {
  const { name = "" } = useParams();
  const t = useText();
  const asked = usePoll(`lifecycle ${name}`, (signal) => routes.lifecycle(name, signal), 15_000);
  const [starting, setStarting] = useState(false);
  const lifecycle = asked.data;
  return (
    <>
      <Head
        title={lifecycle?.display_name ?? wordFor(t, "work", name)}
        crumbs={[{ to: "/lifecycles", name: t("nav.lifecycles") }]}
        about={lifecycle?.description}
        actions={
          lifecycle && (
            <Action
              kind="primary"
              permission={lifecycle.permissions["lifecycle.run"]}
              obstacle={lifecycle.problem ?? undefined}
              onClick={() => setStarting(true)}
            >
              <Icon name="play" size={14} />
              {t("run.start")}
            </Action>
          )
        }
      />
      <Load from={asked}>{(found) => <Content lifecycle={found} />}</Load>
      {starting && lifecycle && (
        <StartDialog lifecycle={lifecycle} onClose={() => setStarting(false)} />
      )}
    </>
  );
}

function Content({ lifecycle }: { lifecycle: Lifecycle }) {
  const t = useText();
  return (
    <>
      {lifecycle.problem && (
        <p className="failure" role="alert">
          <Icon name="alert" />
          {lifecycle.problem}
        </p>
      )}
      <Panel>
        <Facts
          facts={[
            [t("name"), <code>{lifecycle.name}</code>],
            lifecycle.dataset && [t("dataset"), <DatasetLink tag={lifecycle.dataset} />],
            lifecycle.model && [t("model"), <ModelLink name={lifecycle.model} />],
            [t("schedule"), <Schedule schedule={lifecycle.schedule} />],
            lifecycle.next_run && [t("run.next"), <Ago time={lifecycle.next_run} />],
            lifecycle.airflow_url && [
              "Airflow",
              <External href={lifecycle.airflow_url}>{t("open")}</External>,
            ],
          ]}
        />
        <StageOutline stages={lifecycle.stages} />
      </Panel>
      <Runs name={lifecycle.name} />
    </>
  );
}

function Runs({ name }: { name: string }) {
  const t = useText();
  const navigate = useNavigate();
  const asked = usePoll(`runs ${name}`, (signal) => routes.runs(name, RUNS, signal), 3000);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const compare = () => {
    const query = chosen.map((id) => `run=${encodeURIComponent(shortRun(id))}`).join("&");
    void navigate(`/lifecycles/${name}/compare?${query}`);
  };
  return (
    <Panel
      title={t("runs")}
      flush
      actions={
        <Action
          kind="small"
          permission={undefined}
          obstacle={chosen.length < 2 ? t("compare.choose") : undefined}
          onClick={compare}
        >
          {chosen.length < 2 ? t("compare") : t("compare.count", { n: chosen.length })}
        </Action>
      }
    >
      <Load from={asked}>
        {(runs) =>
          runs.length === 0 ? (
            <Empty icon="play" title={t("runs.none")}>
              {t("runs.none.how")}
            </Empty>
          ) : (
            <RunsTable runs={runs} chosen={chosen} onChoose={setChosen} />
          )
        }
      </Load>
    </Panel>
  );
}
