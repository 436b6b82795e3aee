// One stage of a run: state, times, reason and log.

import * as routes from "../api/routes";
import type { Run, Stage } from "../api/types";
import { useTail } from "../api/useTail";
import { useSettings } from "../settings";
import { Badge } from "./Badge";
import { Facts } from "./Facts";
import { Log } from "./Log";
import { Ago, Took } from "./Time";

export function StageDetail({ run, stage }: { run: Run; stage: Stage }) {
  const { t, language } = useSettings();
  return (
    <div className="stage-detail">
      <h3>
        {stage.title[language]} <Badge state={stage.state} />
      </h3>
      {stage.reason && <p className="stage-reason">{stage.reason}</p>}
      <Facts
        facts={[
          [t("stage"), <code>{stage.node}</code>],
          [t("step"), <code>{stage.step}</code>],
          stage.started && [t("started"), <Ago time={stage.started} />],
          stage.started && [t("took"), <Took start={stage.started} end={stage.ended} />],
          stage.attempt > 1 && [t("attempt"), stage.attempt],
        ]}
      />
      {stage.has_log ? (
        <StageLog id={run.run_id} stage={stage} />
      ) : (
        <p className="quiet">{t(stage.state === "reused" ? "log.reused" : "log.none")}</p>
      )}
    </div>
  );
}

function StageLog({ id, stage }: { id: string; stage: Stage }) {
  const { t } = useSettings();
  const tail = useTail(`log ${id} ${stage.node} ${stage.attempt}`, async (next, signal) => {
    const piece = await routes.stageLog(id, stage.node, next ?? 0, signal);
    return { text: piece.text, next: piece.next_offset, ended: piece.ended };
  });
  return <Log tail={tail} label={t("log.of", { name: stage.node })} />;
}
