// One package: whose it is, how far, what the reader can do with it, and its items.

import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import * as routes from "../api/routes";
import type { Campaign, LabelPackage } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Badge } from "../components/Badge";
import { Facts } from "../components/Facts";
import { Icon } from "../components/Icon";
import { Due } from "../components/labelling/Due";
import { ItemsBar } from "../components/labelling/ItemsBar";
import { OpenButton } from "../components/labelling/OpenButton";
import { PackageActions } from "../components/labelling/PackageActions";
import { PackageItems } from "../components/labelling/PackageItems";
import { SubmitDialog } from "../components/labelling/SubmitDialog";
import { DatasetLink } from "../components/links";
import { Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Ago } from "../components/Time";
import { useIdentity } from "../identity";
import { packageAddress, packageName } from "../labelling/progress";
import { useText } from "../settings";

export function LabelPackagePage() {
  const t = useText();
  const { id = "", campaign: name = "" } = useParams();
  const number = Number(id);
  const asked = usePoll(`package ${id}`, (signal) => routes.labelPackage(number, signal), 3000);
  const campaign = usePoll(`campaign ${name}`, (signal) => routes.campaign(name, signal), 30_000);
  const overlap = campaign.data?.overlap ?? 1;
  const title = asked.data ? t("package.name", { name: packageName(asked.data, overlap) }) : id;
  return (
    <>
      <Head
        title={title}
        badge={asked.data && <Badge state={asked.data.state} kind="package.state" />}
        crumbs={[
          { to: "/labelling", name: t("nav.labelling") },
          { to: `/labelling/${name}`, name },
        ]}
        actions={
          asked.data &&
          campaign.data && (
            <Acts one={asked.data} campaign={campaign.data} refresh={asked.refresh} />
          )
        }
      />
      <Load from={asked} lines={8}>
        {(one) => (
          <>
            <About one={one} campaign={campaign.data} />
            <PackageItems one={one} refresh={asked.refresh} />
          </>
        )}
      </Load>
    </>
  );
}

interface ActsProps {
  one: LabelPackage;
  campaign: Campaign;
  refresh: () => Promise<void>;
}

function Acts({ one, campaign, refresh }: ActsProps) {
  const t = useText();
  const { session } = useIdentity();
  const navigate = useNavigate();
  const [submitting, setSubmitting] = useState(false);
  return (
    <>
      {session.permissions["label.assign"]?.allowed && (
        <PackageActions
          one={one}
          overlap={campaign.overlap}
          annotators={campaign.annotators}
          refresh={refresh}
          ended={campaign.state === "ended"}
        />
      )}
      {one.mine === "label" && (
        <>
          <Action permission={session.permissions["label.work"]} onClick={() => setSubmitting(true)}>
            {t("package.submit")}
          </Action>
          <OpenButton one={one} />
        </>
      )}
      {one.mine === "audit" && (
        <>
          <OpenButton one={one} kind="plain" />
          <Action
            kind="primary"
            permission={session.permissions["label.review"]}
            onClick={() => void navigate(`${packageAddress(one)}/review`)}
          >
            {t("package.review")}
          </Action>
        </>
      )}
      {submitting && (
        <SubmitDialog
          one={one}
          name={packageName(one, campaign.overlap)}
          onClose={() => setSubmitting(false)}
          onDone={refresh}
        />
      )}
    </>
  );
}

function About({ one, campaign }: { one: LabelPackage; campaign: Campaign | undefined }) {
  const t = useText();
  return (
    <>
      {one.comment && one.state !== "passed" && (
        <div className={`why tone-${one.state === "returned" ? "refused" : "still"}`}>
          <Icon name={one.state === "returned" ? "back" : "alert"} />
          <p>{one.comment}</p>
        </div>
      )}
      <Panel>
        <ItemsBar items={one.items} large />
        <Facts
          facts={[
            [t("package.annotator"), one.annotator ?? t("package.nobody")],
            [
              t("dataset"),
              campaign ? (
                <DatasetLink tag={`${campaign.project}/${one.dataset}@v${campaign.version}`} />
              ) : (
                one.dataset
              ),
            ],
            [t("samples"), one.size],
            [t("label.due"), <Due {...one} />],
            one.assigned && [t("package.assigned"), <Ago time={one.assigned} />],
            one.submitted && [t("package.submitted"), <Ago time={one.submitted} />],
            one.finished && [t("package.finished"), <Ago time={one.finished} />],
            one.round > 1 && [t("package.round"), one.round],
            one.audited > 0 && [
              t("package.audit"),
              t("package.audit.of", { n: one.reviewed, all: one.audited }),
            ],
          ]}
        />
      </Panel>
    </>
  );
}
