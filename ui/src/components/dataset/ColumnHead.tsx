// The head of a table's column: name, type, and if it is known how its values lie.

import { number, percent } from "../../format";
import { wordFor } from "../../messages";
import type { ColumnProfile } from "../../samples/profile";
import { useSettings } from "../../settings";
import { Histogram, TopValues } from "./Histogram";

interface ColumnHeadProps {
  column: Record<string, unknown>;
  profile: ColumnProfile | undefined;
}

export function ColumnHead({ column, profile }: ColumnHeadProps) {
  const { t, language } = useSettings();
  const missing = profile ? profile.missing / Math.max(1, profile.missing + profile.count) : 0;
  return (
    <div className="column-head">
      <span className="column-name">
        {String(column.name)}
        {column.role === "target" && <span className="chip">{t("table.target")}</span>}
      </span>
      <span>{wordFor(t, "column", String(column.type))}</span>
      {profile?.histogram && <Histogram {...profile.histogram} label={String(column.name)} />}
      {profile && !profile.histogram && <TopValues profile={profile} />}
      {profile?.mean != null && (
        <span>
          ⌀ {number(profile.mean, language)}
          {profile.type === "text" && ` ${t("table.characters")}`}
        </span>
      )}
      {missing > 0 && (
        <span className="tone-wait column-missing">
          {t("table.missing.share", { share: percent(missing, language) })}
        </span>
      )}
    </div>
  );
}
