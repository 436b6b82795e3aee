// All pools: the parts of clusters that runs and services are placed in, and how full they are.

import { Link } from "react-router";

import * as routes from "../api/routes";
import type { PoolBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Badge } from "../components/Badge";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { PoolUse, Trouble } from "../components/PoolUse";
import { useText } from "../settings";

export function Pools() {
  const t = useText();
  const asked = usePoll("pools", routes.pools, 5000);
  return (
    <>
      <Head title={t("nav.pools")} about={t("pools.about")} />
      <Load from={asked}>
        {(pools) =>
          pools.length === 0 ? (
            <Empty title={t("pools.none")}>{t("pools.none.how")}</Empty>
          ) : (
            pools.map((pool) => <Card key={pool.name} pool={pool} />)
          )
        }
      </Load>
    </>
  );
}

function Card({ pool }: { pool: PoolBrief }) {
  const t = useText();
  return (
    <Panel
      title={
        <span className="row">
          <Link to={`/pools/${pool.name}`}>{pool.display_name ?? pool.name}</Link>
          <Badge state={pool.state} />
        </span>
      }
      actions={pool.namespace && <code title={t("namespace")}>{pool.namespace}</code>}
    >
      {pool.description && <p className="about">{pool.description}</p>}
      <Trouble pool={pool} />
      <PoolUse pool={pool} />
    </Panel>
  );
}
