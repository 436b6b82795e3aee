// One pool: how full it is, its sizes, its nodes, and what runs in it.

import { Link, useParams } from "react-router";

import * as routes from "../api/routes";
import type { Pool, PoolPod, PoolSize } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Badge } from "../components/Badge";
import { Facts } from "../components/Facts";
import { Icon } from "../components/Icon";
import { RunLink } from "../components/links";
import { errorText, Load } from "../components/Load";
import { useNotice } from "../components/Notice";
import { Head, Panel } from "../components/Page";
import { PoolUse, Trouble } from "../components/PoolUse";
import { type ColumnOf, Table } from "../components/Table";
import { Ago } from "../components/Time";
import { amount } from "../format";
import { wordFor } from "../messages";
import { useSending } from "../sending";
import { useSettings, useText } from "../settings";

export function PoolPage() {
  const t = useText();
  const { name = "" } = useParams();
  const asked = usePoll(`pool ${name}`, (signal) => routes.pool(name, signal), 5000);
  const pool = asked.data;
  return (
    <>
      <Head
        title={pool?.display_name ?? name}
        badge={pool && <Badge state={pool.state} />}
        about={pool?.description}
        crumbs={[{ to: "/pools", name: t("nav.pools") }]}
        actions={pool && <Sync pool={pool} refresh={asked.refresh} />}
      />
      <Load from={asked} lines={8}>
        {(found) => <Content pool={found} />}
      </Load>
    </>
  );
}

function Content({ pool }: { pool: Pool }) {
  const t = useText();
  return (
    <>
      <Panel>
        <Trouble pool={pool} />
        <Facts
          facts={[
            [t("namespace"), <code>{pool.namespace}</code>],
            pool.context && [t("pool.context"), <code>{pool.context}</code>],
            [t("pool.projects"), pool.projects.join(", ") || t("pool.projects.all")],
            pool.needs && [t("pool.needs"), wordFor(t, "role", pool.needs)],
            pool.slots && [t("pool.airflow"), <code>{pool.slots.airflow_pool}</code>],
          ]}
        />
        <PoolUse pool={pool} />
      </Panel>
      <Panel title={t("pool.pods")} flush>
        <Pods pool={pool} />
      </Panel>
      <Panel title={t("pool.sizes")} flush>
        <Sizes sizes={pool.all_sizes} />
      </Panel>
      <Panel title={t("pool.nodes")} flush>
        <Nodes pool={pool} />
      </Panel>
    </>
  );
}

function Sync({ pool, refresh }: { pool: Pool; refresh: () => Promise<void> }) {
  const t = useText();
  const notice = useNotice();
  const { busy, send } = useSending();
  const act = async () => {
    try {
      await routes.syncPool(pool.name);
      notice(t("pool.sync.done", { name: pool.name }));
    } catch (problem) {
      notice(errorText(problem, t("error.away")), "bad");
    }
    await refresh();
  };
  return (
    <Action permission={pool.permissions["pool.sync"]} busy={busy} onClick={() => void send(act)}>
      <Icon name="again" size={14} />
      {t("pool.sync")}
    </Action>
  );
}

function Pods({ pool }: { pool: Pool }) {
  const t = useText();
  const amounts = useAmounts();
  if (pool.pods.length === 0) return <p className="pool-nothing quiet">{t("pool.pods.none")}</p>;
  return (
    <Table
      label={t("pool.pods")}
      rows={pool.pods}
      rowKey={(pod, index) => pod.name ?? `${pod.made} ${index}`}
      columns={[
        {
          key: "of",
          title: t("pool.pod.of"),
          cell: (pod) => <Whose pod={pod} />,
          className: "pool-whose",
        },
        { key: "name", title: t("pool.pod"), cell: (pod) => <code>{pod.name ?? "–"}</code> },
        { key: "phase", title: t("state"), cell: (pod) => wordFor(t, "phase", pod.phase) },
        ...amounts,
        { key: "node", title: t("pool.node"), cell: (pod) => pod.cluster_node ?? "–" },
        { key: "made", title: t("started"), cell: (pod) => <Ago time={pod.made} /> },
      ]}
    />
  );
}

/** The node of a run, or the revision of a service, that the pod is of. */
function Whose({ pod }: { pod: PoolPod }) {
  const t = useText();
  if (pod.service !== null) {
    return (
      <Link to={`/services/${pod.service}`}>
        {pod.service} {pod.revision !== null && t("pool.revision", { n: pod.revision })}
      </Link>
    );
  }
  if (pod.lifecycle === null) return <span className="quiet">{t("pool.pod.foreign")}</span>;
  return (
    <div className="name-cell">
      <span>
        <Link to={`/lifecycles/${pod.lifecycle}`}>{pod.lifecycle}</Link> · {pod.node}
      </span>
      {pod.run_id && <RunLink run={{ run_id: pod.run_id }} />}
    </div>
  );
}

function Sizes({ sizes }: { sizes: readonly PoolSize[] }) {
  const t = useText();
  const { language } = useSettings();
  const amounts = useAmounts();
  return (
    <Table
      label={t("pool.sizes")}
      rows={sizes}
      rowKey={(size) => size.name}
      columns={[
        {
          key: "name",
          title: t("name"),
          cell: (size) => (
            <div className="name-cell">
              <code>{size.name}</code>
              {size.default && <span className="quiet">{t("pool.size.default")}</span>}
            </div>
          ),
        },
        ...amounts,
        {
          key: "shm",
          title: t("pool.shm"),
          number: true,
          cell: (size) => (size.shm_mb === null ? "–" : amount(size.shm_mb, language)),
        },
        {
          key: "disk",
          title: t("pool.disk"),
          number: true,
          cell: (size) => (size.ephemeral_mb === null ? "–" : amount(size.ephemeral_mb, language)),
        },
        { key: "about", title: t("pool.size.about"), cell: (size) => size.description },
      ]}
    />
  );
}

function Nodes({ pool }: { pool: Pool }) {
  const t = useText();
  const amounts = useAmounts();
  if (pool.nodes.length === 0) return <p className="pool-nothing quiet">{t("pool.nodes.none")}</p>;
  return (
    <Table
      label={t("pool.nodes")}
      rows={pool.nodes}
      rowKey={(node) => node.name}
      columns={[
        { key: "name", title: t("name"), cell: (node) => <code>{node.name}</code> },
        {
          key: "state",
          title: t("state"),
          cell: (node) => <Badge state={node.ready ? "ready" : "not_ready"} />,
        },
        ...amounts,
      ]}
    />
  );
}

interface Amounts {
  cpu: number;
  memory_mb: number;
  gpu: number;
}

/** The columns that sizes, nodes and pods have alike. */
function useAmounts(): ColumnOf<Amounts>[] {
  const { t, language } = useSettings();
  return (["cpu", "memory_mb", "gpu"] as const).map((name) => ({
    key: name,
    title: t(`pool.amount.${name}`),
    number: true,
    cell: (row) => amount(row[name], language),
  }));
}
