// The catalogue: all datasets that one may see, searched and filtered.

import { useRef } from "react";
import { Link, useSearchParams } from "react-router";

import * as routes from "../api/routes";
import type { DatasetBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { CatalogueFilters } from "../components/dataset/CatalogueFilters";
import { Favourite } from "../components/dataset/Favourite";
import { ImportState } from "../components/dataset/LastImport";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { Ago } from "../components/Time";
import { bytes, number, percent } from "../format";
import { useIdentity } from "../identity";
import { wordFor } from "../messages";
import { catalogueQuery } from "../samples/catalogue";
import { useSettings, useText } from "../settings";

export function Datasets() {
  const t = useText();
  const [params] = useSearchParams();
  const query = catalogueQuery(params);
  const asked = usePoll(
    `datasets ${JSON.stringify(query)}`,
    (signal) => routes.datasets(query, signal),
    10_000,
  );
  const before = useRef<DatasetBrief[]>(undefined);
  if (asked.data) before.current = asked.data;
  return (
    <>
      <Head title={t("nav.datasets")} about={t("datasets.about")} actions={<Acts />} />
      <CatalogueFilters />
      <Load from={{ ...asked, data: asked.data ?? before.current }}>
        {(datasets) =>
          datasets.length > 0 ? (
            <List datasets={datasets} refresh={asked.refresh} />
          ) : Object.keys(query).length > 0 ? (
            <Empty title={t("datasets.found.none")}>{t("samples.none.how")}</Empty>
          ) : (
            <Empty title={t("datasets.none")}>{t("datasets.none.how")}</Empty>
          )
        }
      </Load>
    </>
  );
}

function Acts() {
  const t = useText();
  const { session } = useIdentity();
  if (!session.permissions["connection.use"]?.allowed) return null;
  return (
    <>
      <Link className="button" to="/connections">
        {t("connections")}
      </Link>
      <Link className="button button-primary" to="/import">
        {t("import.title")}
      </Link>
    </>
  );
}

interface ListProps {
  datasets: readonly DatasetBrief[];
  refresh: () => Promise<void>;
}

function List({ datasets, refresh }: ListProps) {
  const { t, language } = useSettings();
  return (
    <Panel flush>
      <Table
        label={t("nav.datasets")}
        rows={datasets}
        rowKey={(dataset) => `${dataset.project}/${dataset.name}`}
        columns={[
          {
            key: "favourite",
            title: <span className="visually-hidden">{t("favourites")}</span>,
            className: "actions-cell",
            cell: (dataset) => <Favourite dataset={dataset} onDone={refresh} />,
          },
          { key: "name", title: t("dataset"), cell: (dataset) => <Name dataset={dataset} /> },
          {
            key: "modality",
            title: t("modality"),
            cell: (dataset) => wordFor(t, "modality", dataset.modality ?? "–"),
          },
          { key: "task", title: t("task"), cell: (dataset) => wordFor(t, "task", dataset.task ?? "–") },
          {
            key: "rows",
            title: t("samples"),
            number: true,
            cell: (one) => (one.rows === null ? "–" : number(one.rows, language)),
          },
          {
            key: "size",
            title: t("size"),
            number: true,
            cell: (one) => (one.size === null ? "–" : bytes(one.size)),
          },
          {
            key: "balance",
            title: <span title={t("balance.help")}>{t("balance")}</span>,
            number: true,
            cell: (one) => (one.balance === null ? "–" : percent(one.balance, language)),
          },
          {
            key: "versions",
            title: t("versions"),
            number: true,
            cell: (one) => (one.latest === null ? "–" : `v${one.latest} / ${one.versions}`),
          },
          { key: "owner", title: t("owner"), cell: (one) => one.owner ?? "–" },
          { key: "updated", title: t("updated"), cell: (one) => <Ago time={one.updated} /> },
        ]}
      />
    </Panel>
  );
}

function Name({ dataset }: { dataset: DatasetBrief }) {
  const { session } = useIdentity();
  const foreign = dataset.project !== session.project;
  const tail = foreign ? `?project=${encodeURIComponent(dataset.project)}` : "";
  return (
    <div className="name-cell">
      <Link to={`/datasets/${dataset.name}${tail}`}>{dataset.display_name ?? dataset.name}</Link>
      {(dataset.display_name || foreign) && (
        <span className="quiet mono">
          {foreign ? `${dataset.project}/` : ""}
          {dataset.name}
        </span>
      )}
      {dataset.tags.length > 0 && (
        <span className="sample-labels">
          {dataset.tags.map((tag) => (
            <span key={tag} className="chip">
              {tag}
            </span>
          ))}
        </span>
      )}
      <ImportState run={dataset.last_import} />
      {dataset.problem && <p className="field-error">{dataset.problem}</p>}
    </div>
  );
}
