// What those who manage a campaign do: distribute, look anew, take the labels out, end it.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { Campaign } from "../../api/types";
import { number } from "../../format";
import { textOf } from "../../labelling/spec";
import { useSending } from "../../sending";
import { useSettings } from "../../settings";
import { Action } from "../Action";
import { AskDialog } from "../AskDialog";
import { runAddress } from "../links";
import { errorText } from "../Load";
import { useNotice } from "../Notice";

interface CampaignActionsProps {
  campaign: Campaign;
  refresh: () => Promise<void>;
}

export function CampaignActions({ campaign, refresh }: CampaignActionsProps) {
  const { t, language } = useSettings();
  const notice = useNotice();
  const navigate = useNavigate();
  const { busy, error, send } = useSending();
  const [asking, setAsking] = useState<"end" | "publish" | "distribute">();
  const close = () => setAsking(undefined);
  const { name, permissions } = campaign;
  const ended = campaign.state === "ended";
  const over = ended ? t("campaign.ended.why") : undefined;
  const byHand = textOf(campaign.spec, "assignment") === "by_hand";
  const nobodys = campaign.packages.unassigned;
  const approved = campaign.approved_samples;

  async function sync() {
    const found = await routes.syncCampaign(name);
    notice(t("campaign.sync.done", { n: found.new, packages: found.packages }));
    await refresh();
  }

  const acts = {
    distribute: async () => {
      const now = await routes.distributeCampaign(name);
      notice(t("campaign.distribute.done", { n: nobodys - now.packages.unassigned }));
      close();
      await refresh();
    },
    end: async () => {
      await routes.endCampaign(name);
      notice(t("campaign.end.done", { name }));
      close();
      await refresh();
    },
    publish: async () => {
      const made = await routes.publishCampaign(name);
      await navigate(runAddress(made.run_id));
    },
  };

  return (
    <>
      {error !== undefined && (
        <span className="field-error" role="alert">
          {errorText(error, t("error.away"))}
        </span>
      )}
      <Action
        permission={permissions["label.assign"]}
        obstacle={over}
        busy={busy}
        onClick={() => void send(sync)}
      >
        {t("campaign.sync")}
      </Action>
      <Action
        permission={permissions["label.assign"]}
        obstacle={over ?? (byHand ? t("campaign.by_hand") : nobodys === 0 ? t("campaign.distribute.none") : undefined)}
        onClick={() => setAsking("distribute")}
      >
        {t("campaign.distribute")}
      </Action>
      <Action
        permission={permissions["label.end"]}
        obstacle={over}
        onClick={() => setAsking("end")}
      >
        {t("campaign.end")}
      </Action>
      <Action
        kind="primary"
        permission={permissions["label.publish"]}
        obstacle={approved === 0 ? t("campaign.publish.none") : undefined}
        onClick={() => setAsking("publish")}
      >
        {t("campaign.publish")}
      </Action>
      {asking && (
        <AskDialog
          title={t(`campaign.${asking}.title`, { name })}
          verb={t(`campaign.${asking}`)}
          kind={asking === "end" ? "danger" : "primary"}
          permission={permissions[asking === "distribute" ? "label.assign" : `label.${asking}`]}
          act={acts[asking]}
          onClose={close}
        >
          <p>
            {t(`campaign.${asking}.effect`, {
              n: number(asking === "publish" ? approved : nobodys, language),
              dataset: campaign.dataset,
            })}
          </p>
        </AskDialog>
      )}
    </>
  );
}
