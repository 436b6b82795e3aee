// The items of a review as small buttons: which have a verdict, and which one is shown.

import type { LabelItem } from "../../api/types";
import { standOf } from "../../labelling/review";
import { useText } from "../../settings";
import { Icon } from "../Icon";
import { look } from "../states";

interface ItemStripProps {
  items: readonly LabelItem[];
  position: number | undefined;
  onGo: (position: number) => void;
}

/** More are gone through, not chosen from. */
const MOST = 120;

export function ItemStrip({ items, position, onGo }: ItemStripProps) {
  const t = useText();
  return (
    <ol className="item-strip" aria-label={t("package.items")}>
      {items.slice(0, MOST).map((one) => {
        const state = standOf(one);
        const { tone, icon } = look(state, "item.state");
        return (
          <li key={one.position}>
            <button
              type="button"
              className={`item-step tone-${tone}`}
              aria-current={one.position === position ? "true" : undefined}
              aria-label={`${one.position}: ${t(`item.state.${state}`)}`}
              title={`${one.sample_id} · ${t(`item.state.${state}`)}`}
              onClick={() => onGo(one.position)}
            >
              {one.position}
              <Icon name={icon} size={11} />
            </button>
          </li>
        );
      })}
      {items.length > MOST && <li className="quiet">…</li>}
    </ol>
  );
}
