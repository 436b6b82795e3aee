// A job's model becomes a version of a model in the registry, and a service if that is wanted.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { Job } from "../../api/types";
import { useText } from "../../settings";
import { AskDialog } from "../AskDialog";
import { ImportField } from "../dataset/ImportField";
import { runAddress } from "../links";

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
/** Workflows that publish: `aileron.core.names`. */
const REGISTRATION = "job_registration";
const RELEASE = "job_release";

export function PublishDialog({ job, onClose }: { job: Job; onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [model, setModel] = useState("");
  const [release, setRelease] = useState(false);
  const [service, setService] = useState("");
  const wrong = model !== "" && !NAME.test(model);
  const wrongService = service !== "" && !NAME.test(service);
  const ready = NAME.test(model) && !(release && wrongService);

  async function publish() {
    const values = { run: job.run_id, model, ...(release && service ? { service } : {}) };
    const run = await routes.start(release ? RELEASE : REGISTRATION, { values, force: false });
    await navigate(runAddress(run.run_id));
  }

  return (
    <AskDialog
      title={t("job.publish.title", { name: job.name })}
      verb={t("job.publish")}
      kind="primary"
      permission={job.permissions["lifecycle.run"]}
      obstacle={ready ? undefined : t("job.publish.name")}
      act={publish}
      onClose={onClose}
    >
      <div className="stack">
        <p>{t("job.publish.about")}</p>
        <ImportField
          label={t("model")}
          help={t("import.name.help")}
          problem={wrong ? "import.name.help" : undefined}
        >
          <input
            type="text"
            className="mono"
            spellCheck={false}
            value={model}
            onChange={(event) => setModel(event.target.value)}
          />
        </ImportField>
        <label className="choice">
          <input
            type="checkbox"
            checked={release}
            onChange={(event) => setRelease(event.target.checked)}
          />
          <span>
            <strong>{t("job.publish.release")}</strong>
            <span className="quiet">{t("job.publish.release.help")}</span>
          </span>
        </label>
        {release && (
          <ImportField
            label={t("service")}
            help={t("job.publish.service.help")}
            problem={wrongService ? "import.name.help" : undefined}
          >
            <input
              type="text"
              className="mono"
              spellCheck={false}
              placeholder={model}
              value={service}
              onChange={(event) => setService(event.target.value)}
            />
          </ImportField>
        )}
      </div>
    </AskDialog>
  );
}
