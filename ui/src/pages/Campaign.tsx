// One campaign: how far it is, and a part of the page for each way to look at it.

import { useParams } from "react-router";

import * as routes from "../api/routes";
import type { Campaign, SuggestionFigures } from "../api/types";
import { type Polled, usePoll } from "../api/usePoll";
import { Badge } from "../components/Badge";
import { Facts, Figure } from "../components/Facts";
import { CampaignActions } from "../components/labelling/CampaignActions";
import { Disagreements } from "../components/labelling/Disagreements";
import { Due } from "../components/labelling/Due";
import { ItemsBar } from "../components/labelling/ItemsBar";
import { PackagesPanel } from "../components/labelling/PackagesPanel";
import { PeoplePanel } from "../components/labelling/PeoplePanel";
import { Specification } from "../components/labelling/Specification";
import { SuggestionsPanel } from "../components/labelling/SuggestionsPanel";
import { DatasetLink } from "../components/links";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Tabs } from "../components/Tabs";
import { Ago } from "../components/Time";
import { number, percent } from "../format";
import { wordFor } from "../messages";
import { useSettings, useText } from "../settings";

const PARTS = ["packages", "people", "disagreements", "suggestions", "spec"] as const;
/** Suggestions are measured anew each time, and change slowly. */
const SUGGESTIONS_MS = 60_000;

export function CampaignPage() {
  const t = useText();
  const { name = "", tab = "packages" } = useParams();
  const asked = usePoll(`campaign ${name}`, (signal) => routes.campaign(name, signal), 3000);
  const suggested = usePoll(
    `labelling suggestions ${name}`,
    (signal) => routes.labellingSuggestions(name, signal),
    SUGGESTIONS_MS,
  );
  const figures = suggested.data ?? [];
  const parts = PARTS.filter((id) => id !== "suggestions" || figures.length > 0 || tab === id);
  return (
    <>
      <Head
        title={name}
        badge={asked.data && <Badge state={asked.data.state} kind="campaign.state" />}
        crumbs={[{ to: "/labelling", name: t("nav.labelling") }]}
        actions={asked.data && <CampaignActions campaign={asked.data} refresh={asked.refresh} />}
      />
      <Load from={asked} lines={8}>
        {(campaign) => (
          <>
            <Progress campaign={campaign} />
            <Tabs
              label={t("dataset.parts")}
              here={tab}
              tabs={parts.map((id) => ({
                id,
                name: partName(id, campaign),
                to: `/labelling/${name}${id === "packages" ? "" : `/${id}`}`,
              }))}
            />
            <Part tab={tab} campaign={campaign} suggested={suggested} refresh={asked.refresh} />
          </>
        )}
      </Load>
    </>
  );

  function partName(id: (typeof PARTS)[number], campaign: Campaign): string {
    const open = id === "disagreements" ? campaign.disagreements : 0;
    return open > 0 ? t("disagreements.count", { n: open }) : t(`campaign.part.${id}`);
  }
}

interface PartProps {
  tab: string;
  campaign: Campaign;
  suggested: Polled<SuggestionFigures[]>;
  refresh: () => Promise<void>;
}

function Part({ tab, campaign, suggested, refresh }: PartProps) {
  const t = useText();
  switch (tab as (typeof PARTS)[number]) {
    case "packages":
      return <PackagesPanel campaign={campaign} refresh={refresh} />;
    case "people":
      return <PeoplePanel campaign={campaign} />;
    case "disagreements":
      return <Disagreements campaign={campaign} refresh={refresh} />;
    case "suggestions":
      return (
        <Load from={suggested}>
          {(figures) =>
            figures.length === 0 ? (
              <Empty title={t("suggestions.none")}>{t("suggestions.none.how")}</Empty>
            ) : (
              <SuggestionsPanel figures={figures} />
            )
          }
        </Load>
      );
    case "spec":
      return <Specification campaign={campaign} />;
    default:
      return <Empty icon="alert" title={t("no.page")} />;
  }
}

function Progress({ campaign }: { campaign: Campaign }) {
  const { t, language } = useSettings();
  const { samples, approved_samples: approved, packages, overlap, agreement } = campaign;
  const n = (value: number) => number(value, language);
  return (
    <Panel>
      <div className="figures">
        <Figure name={t("campaign.approved")}>
          {n(approved)} <small>/ {n(samples)} · {percent(approved / Math.max(1, samples), language)}</small>
        </Figure>
        <Figure name={t("campaign.packages.passed")}>
          {n(packages.passed)} <small>/ {n(packages.total)}</small>
        </Figure>
        {overlap > 1 && (
          <>
            <Figure name={agreementName()}>{agreement === null ? "–" : agreement.toFixed(2)}</Figure>
            <Figure name={t("disagreements.open")}>{n(campaign.disagreements)}</Figure>
          </>
        )}
      </div>
      <ItemsBar items={campaign.items} large />
      <Facts
        facts={[
          [
            t("dataset"),
            <DatasetLink tag={`${campaign.project}/${campaign.dataset}@v${campaign.version}`} />,
          ],
          [t("task"), wordFor(t, "task", campaign.task)],
          overlap > 1 && [t("spec.overlap"), overlap],
          campaign.excluded_samples > 0 && [t("campaign.excluded"), n(campaign.excluded_samples)],
          [t("label.due"), <Due {...campaign} />],
          [t("created"), <Ago time={campaign.created} />],
          [t("by"), campaign.created_by],
          campaign.ended !== null && [t("campaign.over"), <Ago time={campaign.ended} />],
          campaign.state === "open" && [t("campaign.synced"), <Ago time={campaign.synced} />],
          approved > 0 &&
            campaign.permissions["label.publish"]?.allowed && [
              t("campaign.labels"),
              <a href={routes.labelsFile(campaign.name)} download={`${campaign.name}.jsonl`}>
                {campaign.name}.jsonl
              </a>,
            ],
        ]}
      />
    </Panel>
  );

  function agreementName(): string {
    const measure = campaign.agreement_measure;
    if (measure === null) return t("agreement");
    return t("agreement.by", { measure: wordFor(t, "agreement.measure", measure) });
  }
}
