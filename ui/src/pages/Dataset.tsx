// One dataset: what it is, and a part of the page for each way to look at it.

import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";

import * as routes from "../api/routes";
import type { Dataset } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Compare } from "../components/dataset/Compare";
import { DatasetFacts } from "../components/dataset/DatasetFacts";
import { DeleteDialog } from "../components/dataset/DeleteDialog";
import { Favourite } from "../components/dataset/Favourite";
import { ImportPanel } from "../components/dataset/ImportPanel";
import { LastImport } from "../components/dataset/LastImport";
import { LineagePanel } from "../components/dataset/LineagePanel";
import { keyOf, PlaceContext, usePlace } from "../components/dataset/place";
import { RefusedOfVersion } from "../components/dataset/RefusedPanel";
import { ReportPanel } from "../components/dataset/ReportPanel";
import { Rows } from "../components/dataset/Rows";
import { Samples } from "../components/dataset/Samples";
import { SettingsDialog } from "../components/dataset/SettingsDialog";
import { Versions } from "../components/dataset/Versions";
import { Empty, Load } from "../components/Load";
import { Head } from "../components/Page";
import { Tabs } from "../components/Tabs";
import { useText } from "../settings";

export function DatasetPage() {
  const { name = "" } = useParams();
  const [params] = useSearchParams();
  const project = params.get("project") ?? undefined;
  return (
    <PlaceContext key={`${project} ${name}`} value={{ name, project }}>
      <Page />
    </PlaceContext>
  );
}

function Page() {
  const t = useText();
  const place = usePlace();
  const [deleted, setDeleted] = useState(false);
  const asked = usePoll(
    keyOf(place, deleted ? "all" : "there"),
    (signal) => routes.dataset(place, deleted, signal),
    10_000,
  );
  return (
    <>
      <Head
        title={asked.data?.display_name ?? place.name}
        badge={asked.data && <Favourite dataset={asked.data} onDone={asked.refresh} />}
        crumbs={[{ to: "/datasets", name: t("nav.datasets") }]}
        actions={asked.data && <Acts dataset={asked.data} refresh={asked.refresh} />}
      />
      <Load from={asked} lines={8}>
        {(dataset) => (
          <Content
            dataset={dataset}
            deleted={deleted}
            onDeleted={setDeleted}
            refresh={asked.refresh}
          />
        )}
      </Load>
    </>
  );
}

type Part =
  | "versions" | "samples" | "table" | "compare" | "report" | "lineage" | "refused" | "import";

interface ContentProps {
  dataset: Dataset;
  deleted: boolean;
  onDeleted: (shown: boolean) => void;
  refresh: () => Promise<void>;
}

function Content({ dataset, deleted, onDeleted, refresh }: ContentProps) {
  const t = useText();
  const { tab = "versions" } = useParams();
  const { project } = usePlace();
  const tail = project ? `?project=${encodeURIComponent(project)}` : "";
  const table = dataset.modality === "table";
  const own: Part[] = project ? [] : ["import"];
  const looks: Part[] = ["versions", table ? "table" : "samples", "compare", "report", "lineage"];
  const there = dataset.history.filter((one) => !one.deleted);
  const versions = there.map((one) => one.version);
  const incomplete = there.find((one) => one.refused > 0)?.version;
  const refused: Part[] = incomplete || tab === "refused" ? ["refused"] : [];
  const parts = [...looks, ...refused, ...own];
  return (
    <>
      {dataset.problem && (
        <p className="failure" role="alert">
          {dataset.problem}
        </p>
      )}
      <LastImport run={dataset.last_import} />
      <DatasetFacts dataset={dataset} />
      <Tabs
        label={t("dataset.parts")}
        here={tab}
        tabs={parts.map((id) => ({
          id,
          name: t(`dataset.part.${id}`),
          to: `/datasets/${dataset.name}${id === "versions" ? "" : `/${id}`}${tail}`,
        }))}
      />
      {tab === "versions" ? (
        <Versions dataset={dataset} deleted={deleted} onDeleted={onDeleted} onDone={refresh} />
      ) : tab === "import" ? (
        <ImportPanel dataset={dataset} />
      ) : versions.length === 0 ? (
        <Empty title={t("dataset.versions.none")}>{t("dataset.versions.none.how")}</Empty>
      ) : (
        <Chosen
          tab={tab}
          versions={versions}
          profiled={dataset.profiled}
          incomplete={incomplete ?? versions[0] ?? 1}
        />
      )}
    </>
  );
}

interface ChosenProps {
  tab: string;
  versions: readonly number[];
  profiled: readonly number[];
  /** The newest version of which the import left something out. */
  incomplete: number;
}

function Chosen({ tab, versions, profiled, incomplete }: ChosenProps) {
  const t = useText();
  switch (tab as Part) {
    case "samples":
      return <Samples versions={versions} />;
    case "table":
      return <Rows versions={versions} profiled={profiled} />;
    case "compare":
      return <Compare versions={versions} />;
    case "report":
      return <ReportPanel versions={versions} profiled={profiled} />;
    case "lineage":
      return <LineagePanel versions={versions} />;
    case "refused":
      return <RefusedOfVersion versions={versions} first={incomplete} />;
    default:
      return <Empty icon="alert" title={t("no.page")} />;
  }
}

function Acts({ dataset, refresh }: { dataset: Dataset; refresh: () => Promise<void> }) {
  const t = useText();
  const navigate = useNavigate();
  const place = usePlace();
  const [open, setOpen] = useState<"settings" | "delete">();

  async function restore() {
    await routes.restoreDataset(place);
    await refresh();
  }

  return (
    <>
      <Action permission={dataset.permissions["dataset.edit"]} onClick={() => setOpen("settings")}>
        {t("dataset.share")}
      </Action>
      {dataset.deleted ? (
        <Action permission={dataset.permissions["dataset.delete"]} onClick={() => void restore()}>
          {t("version.restore")}
        </Action>
      ) : (
        <Action permission={dataset.permissions["dataset.delete"]} onClick={() => setOpen("delete")}>
          {t("version.delete")}
        </Action>
      )}
      {open === "settings" && (
        <SettingsDialog dataset={dataset} onClose={() => setOpen(undefined)} onDone={refresh} />
      )}
      {open === "delete" && (
        <DeleteDialog
          dataset={dataset}
          onClose={() => setOpen(undefined)}
          onDone={async () => {
            await navigate("/datasets");
          }}
        />
      )}
    </>
  );
}
