// How much of a pool is in use, as bars, and what is wrong with it.

import type { PoolBrief } from "../api/types";
import { amount } from "../format";
import { type Meter, meters } from "../pools";
import { wordFor } from "../messages";
import { useSettings } from "../settings";
import { Icon } from "./Icon";

export function PoolUse({ pool }: { pool: PoolBrief }) {
  const { t } = useSettings();
  const shown = meters(pool);
  if (shown.length === 0) return null;
  return (
    <ul className="meters" aria-label={t("pool.use")}>
      {shown.map((meter) => (
        <MeterRow key={meter.name} meter={meter} />
      ))}
    </ul>
  );
}

function MeterRow({ meter }: { meter: Meter }) {
  const { t, language } = useSettings();
  const used = meter.used === null ? "–" : amount(meter.used, language);
  const said =
    meter.most === null
      ? t("pool.unlimited", { used })
      : t("pool.of", { used, most: amount(meter.most, language) });
  return (
    <li>
      <span className="meter-name">{wordFor(t, "pool.amount", meter.name)}</span>
      <span className="meter-bar" aria-hidden="true">
        {meter.share !== null && (
          <span data-full={meter.share >= 1} style={{ width: `${meter.share * 100}%` }} />
        )}
      </span>
      <span className="meter-count">{said}</span>
    </li>
  );
}

/** Why a pool is abnormal. */
export function Trouble({ pool }: { pool: PoolBrief }) {
  if (pool.reason === null) return null;
  return (
    <p className="row pool-trouble tone-bad" role="status">
      <Icon name="alert" size={14} />
      <span>{pool.reason}</span>
    </p>
  );
}
