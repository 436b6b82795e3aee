// Labelling: what waits for the reader, and all campaigns.

import { useRef, useState } from "react";
import { Link } from "react-router";

import * as routes from "../api/routes";
import type { CampaignBrief, PackagePage } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Badge } from "../components/Badge";
import { CreateDialog } from "../components/labelling/CreateDialog";
import { Due } from "../components/labelling/Due";
import { ItemsBar } from "../components/labelling/ItemsBar";
import { PackagesTable } from "../components/labelling/PackagesTable";
import { DatasetLink } from "../components/links";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { number } from "../format";
import { useIdentity } from "../identity";
import { wordFor } from "../messages";
import { useSettings, useText } from "../settings";

export function Labelling() {
  const t = useText();
  const { session } = useIdentity();
  const [creating, setCreating] = useState(false);
  return (
    <>
      <Head
        title={t("nav.labelling")}
        about={t("labelling.about")}
        actions={
          <Action
            kind="primary"
            permission={session.permissions["label.create"]}
            onClick={() => setCreating(true)}
          >
            {t("campaign.new")}
          </Action>
        }
      />
      {session.permissions["label.work"]?.allowed && <Mine />}
      <Campaigns />
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function Mine() {
  const t = useText();
  const asked = usePoll("labelling mine", routes.myLabelling, 5000);
  return (
    <Panel title={t("labelling.mine")} flush>
      <Load from={asked} lines={2}>
        {(found) =>
          found.packages.length === 0 ? (
            <p className="panel-note quiet">{t("labelling.mine.none")}</p>
          ) : (
            (["label", "audit"] as const).map((part) => (
              <Part key={part} part={part} packages={found.packages} />
            ))
          )
        }
      </Load>
    </Panel>
  );
}

interface PartProps {
  part: "label" | "audit";
  packages: PackagePage["packages"];
}

function Part({ part, packages }: PartProps) {
  const t = useText();
  const found = packages.filter((one) => one.mine === part);
  if (found.length === 0) return null;
  const lanes = Math.max(...found.map((one) => one.lane)) + 1;
  return (
    <section className="mine-part">
      <h3>{t(`labelling.mine.${part}`, { n: found.length })}</h3>
      <PackagesTable
        label={t(`labelling.mine.${part}`, { n: found.length })}
        packages={found}
        overlap={lanes}
        part={part}
      />
    </section>
  );
}

function Campaigns() {
  const t = useText();
  const [ended, setEnded] = useState(false);
  const asked = usePoll(`campaigns ${ended}`, (signal) => routes.campaigns(ended, signal), 5000);
  const before = useRef<CampaignBrief[]>(undefined);
  if (asked.data) before.current = asked.data;
  return (
    <Panel
      title={t("campaigns")}
      flush
      actions={
        <label className="check">
          <input type="checkbox" checked={ended} onChange={(event) => setEnded(event.target.checked)} />
          {t("campaigns.ended")}
        </label>
      }
    >
      <Load from={{ ...asked, data: asked.data ?? before.current }}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={t("campaigns.none")}>{t("campaigns.none.how")}</Empty>
          ) : (
            <CampaignsTable campaigns={found} />
          )
        }
      </Load>
    </Panel>
  );
}

function CampaignsTable({ campaigns }: { campaigns: readonly CampaignBrief[] }) {
  const { t, language } = useSettings();
  return (
    <Table
      label={t("campaigns")}
      rows={campaigns}
      rowKey={(one) => String(one.id)}
      columns={[
        {
          key: "name",
          title: t("campaign"),
          cell: (one) => <Link to={`/labelling/${one.name}`}>{one.name}</Link>,
        },
        {
          key: "state",
          title: t("state"),
          cell: (one) => <Badge state={one.state} kind="campaign.state" />,
        },
        {
          key: "dataset",
          title: t("dataset"),
          cell: (one) => <DatasetLink tag={`${one.project}/${one.dataset}@v${one.version}`} />,
        },
        { key: "task", title: t("task"), cell: (one) => wordFor(t, "task", one.task) },
        {
          key: "items",
          title: t("campaign.labelled"),
          className: "items-cell",
          cell: (one) => <ItemsBar items={one.items} />,
        },
        {
          key: "approved",
          title: t("campaign.approved"),
          number: true,
          cell: (one) => `${number(one.approved_samples, language)} / ${number(one.samples, language)}`,
        },
        {
          key: "packages",
          title: t("campaign.packages.passed"),
          number: true,
          cell: (one) => `${number(one.packages.passed, language)} / ${number(one.packages.total, language)}`,
        },
        { key: "due", title: t("label.due"), cell: (one) => <Due {...one} /> },
        { key: "by", title: t("by"), cell: (one) => one.created_by },
      ]}
    />
  );
}
