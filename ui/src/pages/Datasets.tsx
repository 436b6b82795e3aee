// All datasets with their newest versions.

import { Link } from "react-router";

import * as routes from "../api/routes";
import type { DatasetBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Filter, useFilter } from "../components/Filter";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { Ago } from "../components/Time";
import { wordFor } from "../messages";
import { useText } from "../settings";

export function Datasets() {
  const t = useText();
  const asked = usePoll("datasets", routes.datasets, 10_000);
  const filter = useFilter();
  return (
    <>
      <Head
        title={t("nav.datasets")}
        about={t("datasets.about")}
        actions={<Filter {...filter} total={asked.data?.length ?? 0} />}
      />
      <Load from={asked}>
        {(datasets) =>
          datasets.length === 0 ? (
            <Empty title={t("datasets.none")}>{t("datasets.none.how")}</Empty>
          ) : (
            <List datasets={datasets.filter((one) => filter.passes(one.name, one.display_name))} />
          )
        }
      </Load>
    </>
  );
}

function List({ datasets }: { datasets: readonly DatasetBrief[] }) {
  const t = useText();
  return (
    <Panel flush>
      <Table
        label={t("nav.datasets")}
        rows={datasets}
        rowKey={(dataset) => dataset.name}
        columns={[
          {
            key: "name",
            title: t("dataset"),
            cell: (dataset) => (
              <div className="name-cell">
                <Link to={`/datasets/${dataset.name}`}>{dataset.display_name ?? dataset.name}</Link>
                {dataset.display_name && <span className="quiet mono">{dataset.name}</span>}
                {dataset.problem && <p className="field-error">{dataset.problem}</p>}
              </div>
            ),
          },
          {
            key: "modality",
            title: t("modality"),
            cell: (dataset) => wordFor(t, "modality", dataset.modality ?? "–"),
          },
          { key: "task", title: t("task"), cell: (dataset) => wordFor(t, "task", dataset.task ?? "–") },
          {
            key: "latest",
            title: t("version.newest"),
            number: true,
            cell: (dataset) => (dataset.latest === null ? "–" : `v${dataset.latest}`),
          },
          { key: "versions", title: t("versions"), number: true, cell: (one) => one.versions },
          { key: "updated", title: t("updated"), cell: (one) => <Ago time={one.updated} /> },
        ]}
      />
    </Panel>
  );
}
