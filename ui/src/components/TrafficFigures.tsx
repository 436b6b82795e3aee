// What the gateway counted for a service.

import type { Traffic } from "../api/types";
import { duration, milliseconds, number, percent } from "../format";
import { useSettings } from "../settings";
import { Figure } from "./Facts";

export function TrafficFigures({ traffic }: { traffic: Traffic | null }) {
  const { t, language } = useSettings();
  if (traffic === null) return <p className="quiet">{t("traffic.away")}</p>;
  const shown = (value: number | null) => (value === null ? "–" : milliseconds(value, language));
  return (
    <>
      <div className="figures figures-line">
        <Figure name={t("traffic.requests")}>{number(traffic.requests, language)}</Figure>
        <Figure name={t("traffic.errors")}>
          <span className={traffic.errors > 0 ? "tone-bad as-text" : ""}>
            {number(traffic.errors, language)}
          </span>
          <small> {percent(traffic.error_rate, language)}</small>
        </Figure>
        <Figure name={t("traffic.refused")}>{number(traffic.refused, language)}</Figure>
        <Figure name={t("traffic.p50")}>{shown(traffic.p50_ms)}</Figure>
        <Figure name={t("traffic.p95")}>{shown(traffic.p95_ms)}</Figure>
        <Figure name={t("traffic.p99")}>{shown(traffic.p99_ms)}</Figure>
      </div>
      <p className="quiet">
        {traffic.window_s === null
          ? t("traffic.since.start")
          : t("traffic.window", { time: duration(traffic.window_s, language) })}
      </p>
    </>
  );
}
