// The version that serves: since when, by whom, how good.

import { Link } from "react-router";

import type { Model, ModelVersion } from "../api/types";
import { number } from "../format";
import { headline } from "../metrics";
import { useSettings } from "../settings";
import { Facts, Figure } from "./Facts";
import { Empty } from "./Load";
import { Panel } from "./Page";
import { Ago } from "./Time";

interface ChampionCardProps {
  model: Model;
  version: ModelVersion | undefined;
}

export function ChampionCard({ model, version }: ChampionCardProps) {
  const { t, language } = useSettings();
  const { champion } = model;
  if (champion === null) {
    return (
      <Panel title={t("state.champion")}>
        <Empty icon="flag" title={t("champion.none")}>
          {t("champion.none.how")}
        </Empty>
      </Panel>
    );
  }
  return (
    <Panel title={t("state.champion")}>
      <div className="figures">
        <Figure name={t("version")}>v{champion.version}</Figure>
        {headline(version?.metrics ?? null, version?.primary, 3).map((name) => (
          <Figure key={name} name={name}>
            {number(version?.metrics?.[name] ?? 0, language)}
          </Figure>
        ))}
      </div>
      <Facts
        facts={[
          [t("since"), <Ago time={champion.since} />],
          [t("by"), champion.by],
          [
            t("service"),
            <Link to={`/services/${champion.service}`}>
              {champion.service} · {t("revision.number", { number: champion.revision })}
            </Link>,
          ],
        ]}
      />
    </Panel>
  );
}
