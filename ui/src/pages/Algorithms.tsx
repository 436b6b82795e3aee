// All algorithms that a lifecycle can name: the preset ones, and those of one's own.

import { Link } from "react-router";

import * as routes from "../api/routes";
import type { AlgorithmBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Badge } from "../components/Badge";
import { Filter, useFilter } from "../components/Filter";
import { Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { wordFor } from "../messages";
import { useText } from "../settings";

export function Algorithms() {
  const t = useText();
  const asked = usePoll("algorithms", routes.algorithms, 10_000);
  const filter = useFilter();
  return (
    <>
      <Head
        title={t("algorithms")}
        about={t("algorithms.about")}
        crumbs={[{ to: "/lifecycles", name: t("nav.lifecycles") }]}
        actions={<Filter {...filter} total={asked.data?.length ?? 0} />}
      />
      <Load from={asked}>
        {(found) => (
          <List algorithms={found.filter((one) => filter.passes(one.name, one.display_name))} />
        )}
      </Load>
      <p className="quiet">{t("algorithm.how")}</p>
    </>
  );
}

function List({ algorithms }: { algorithms: readonly AlgorithmBrief[] }) {
  const t = useText();
  return (
    <Panel flush>
      <Table
        label={t("algorithms")}
        rows={algorithms}
        rowKey={(one) => one.name}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (one) => (
              <div className="name-cell">
                <Link to={`/algorithms/${one.name}`}>{one.name}</Link>
                <span className="quiet">{one.problem ?? one.display_name}</span>
              </div>
            ),
          },
          {
            key: "state",
            title: t("state"),
            cell: (one) => <Badge state={one.online ? "online" : "offline"} />,
          },
          {
            key: "learns",
            title: t("algorithm.learns"),
            cell: (one) => wordFor(t, "modality", one.modality),
          },
          {
            key: "tasks",
            title: t("algorithm.tasks"),
            cell: (one) => one.tasks.map((task) => wordFor(t, "task", task)).join(", ") || "–",
          },
          { key: "framework", title: t("framework"), cell: (one) => one.framework ?? "–" },
          { key: "owner", title: t("algorithm.owner"), cell: (one) => one.owner ?? "–" },
          {
            key: "visible",
            title: t("algorithm.visibility"),
            cell: (one) =>
              one.preset ? t("algorithm.preset") : wordFor(t, "visible", one.visibility),
          },
        ]}
      />
    </Panel>
  );
}
