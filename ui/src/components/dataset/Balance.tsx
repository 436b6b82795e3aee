// How often each class is there, as bars.

import { useState } from "react";

import { number } from "../../format";
import type { ClassShare } from "../../samples/balance";
import { useSettings } from "../../settings";

const FEW = 8;

export function Balance({ classes }: { classes: readonly ClassShare[] }) {
  const { t, language } = useSettings();
  const [all, setAll] = useState(false);
  const shown = all ? classes : classes.slice(0, FEW);
  return (
    <div className="balance-box">
      <ul className="balance" aria-label={t("diff.labels")}>
        {shown.map((one) => (
          <li key={one.name}>
            <span className="balance-name" title={one.name}>
              {one.name}
            </span>
            <span className="balance-bar">
              <span style={{ width: `${one.share * 100}%` }} />
            </span>
            <span className="balance-count">{number(one.samples, language)}</span>
          </li>
        ))}
      </ul>
      {classes.length > FEW && (
        <button type="button" className="button button-small" onClick={() => setAll(!all)}>
          {all ? t("balance.fewer") : t("balance.all", { n: classes.length })}
        </button>
      )}
    </div>
  );
}
