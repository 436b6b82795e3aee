// What can be done with a job: run a draft, stop, clone, publish, delete.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { Job } from "../../api/types";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { Action } from "../Action";
import { AskDialog } from "../AskDialog";
import { errorText } from "../Load";
import { useNotice } from "../Notice";
import { PublishDialog } from "./PublishDialog";

export function JobActions({ job, refresh }: { job: Job; refresh: () => Promise<void> }) {
  const t = useText();
  const navigate = useNavigate();
  const notice = useNotice();
  const { busy, error, send } = useSending();
  const [asking, setAsking] = useState<"stop" | "delete" | "publish">();
  const close = () => setAsking(undefined);
  const active = job.state === "queued" || job.state === "running";
  const submit = job.permissions["job.submit"];

  async function stop() {
    await routes.stopJob(job.id);
    notice(t("job.stop.done", { name: job.name }));
    close();
    await refresh();
  }

  async function remove() {
    await routes.deleteJob(job.id);
    notice(t("job.delete.done", { name: job.name }));
    await navigate("/jobs");
  }

  return (
    <>
      {error !== undefined && (
        <span className="field-error" role="alert">
          {errorText(error, t("error.away"))}
        </span>
      )}
      {job.state === "draft" && (
        <>
          <Action permission={submit} onClick={() => void navigate(`/jobs/new?edit=${job.id}`)}>
            {t("job.edit")}
          </Action>
          <Action
            kind="primary"
            permission={submit}
            busy={busy}
            onClick={() =>
              void send(async () => {
                await routes.startJob(job.id);
                await refresh();
              })
            }
          >
            {t("job.submit")}
          </Action>
        </>
      )}
      {job.state === "succeeded" && (
        <Action kind="primary" permission={job.permissions["lifecycle.run"]} onClick={() => setAsking("publish")}>
          {t("job.publish")}
        </Action>
      )}
      <Action permission={submit} onClick={() => void navigate(`/jobs/new?from=${job.id}`)}>
        {t("job.clone")}
      </Action>
      {active ? (
        <Action
          kind="danger"
          permission={job.permissions["job.stop"]}
          obstacle={job.stopping ? t("job.stopping") : undefined}
          onClick={() => setAsking("stop")}
        >
          {t("job.stop")}
        </Action>
      ) : (
        <Action permission={job.permissions["job.delete"]} onClick={() => setAsking("delete")}>
          {t("job.delete")}
        </Action>
      )}
      {asking === "publish" && <PublishDialog job={job} onClose={close} />}
      {(asking === "stop" || asking === "delete") && (
        <AskDialog
          title={t(`job.${asking}.title`, { name: job.name })}
          verb={t(`job.${asking}`)}
          kind="danger"
          permission={job.permissions[`job.${asking}`]}
          act={asking === "stop" ? stop : remove}
          onClose={close}
        >
          <p>{t(`job.${asking}.effect`)}</p>
        </AskDialog>
      )}
    </>
  );
}
