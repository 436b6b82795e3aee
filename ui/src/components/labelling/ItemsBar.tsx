// How far items are: a bar of their states, and the same in words.

import type { ItemCounts } from "../../api/types";
import { number } from "../../format";
import { barOf, labelledOf } from "../../labelling/progress";
import { useSettings } from "../../settings";
import { Icon } from "../Icon";
import { look } from "../states";

interface ItemsBarProps {
  items: ItemCounts;
  /** With the states in words below it; else with how many are labelled beside it. */
  large?: boolean;
}

export function ItemsBar({ items, large = false }: ItemsBarProps) {
  const { t, language } = useSettings();
  const parts = barOf(items);
  const seen = (state: string) => look(state, "item.state");
  const n = (count: number) => number(count, language);
  const words = parts.map((one) => `${t(`item.state.${one.state}`)} ${n(one.count)}`).join(", ");
  return (
    <div className={large ? "items-bar is-large" : "items-bar"}>
      <span className="items-strip" role="img" aria-label={words || t("items.none")} title={words}>
        {parts.map((one) => (
          <span
            key={one.state}
            className={`items-part is-${one.state} tone-${seen(one.state).tone}`}
            style={{ flexGrow: one.share }}
          />
        ))}
      </span>
      {large ? (
        <ul className="items-words">
          {parts.map((one) => (
            <li key={one.state} className={`tone-${seen(one.state).tone}`}>
              <span className={`items-swatch is-${one.state}`}>
                <Icon name={seen(one.state).icon} size={12} />
              </span>
              {t(`item.state.${one.state}`)} <strong>{n(one.count)}</strong>
            </li>
          ))}
        </ul>
      ) : (
        <span className="items-count quiet">
          {n(labelledOf(items))} / {n(items.total)}
        </span>
      )}
    </div>
  );
}
