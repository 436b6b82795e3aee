// How far labelling is: parts of a bar, shares, addresses. Pure functions.

import type { ItemCounts, LabelPackage } from "../api/types";

export type ItemState = Exclude<keyof ItemCounts, "total">;

/** From done to not begun: as the parts of the bar stand. */
export const ITEM_STATES: readonly ItemState[] = [
  "approved",
  "excluded",
  "submitted",
  "labelled",
  "aside",
  "rejected",
  "draft",
  "open",
];

export interface BarPart {
  state: ItemState;
  count: number;
  /** Of the whole bar, from 0 to 1. */
  share: number;
}

/** The states that items are in, with their shares. */
export function barOf(items: ItemCounts): BarPart[] {
  return ITEM_STATES.filter((state) => items[state] > 0).map((state) => ({
    state,
    count: items[state],
    share: items[state] / Math.max(1, items.total),
  }));
}

/** Items that can be handed in, or were: with a label, or set aside. */
export function labelledOf(items: ItemCounts): number {
  return items.labelled + items.aside + items.submitted + items.approved + items.excluded;
}

/** Items that wait for a label, for the first time or again. */
export function waitingOf(items: ItemCounts): number {
  return items.open + items.draft + items.rejected;
}

export function packageAddress(one: Pick<LabelPackage, "campaign" | "id">): string {
  return `/labelling/${one.campaign}/packages/${one.id}`;
}

/** Lanes are letters where there is more than one: 3 A, 3 B. */
export function packageName(one: Pick<LabelPackage, "number" | "lane">, overlap: number): string {
  return overlap > 1 ? `${one.number} ${laneName(one.lane)}` : String(one.number);
}

export function laneName(lane: number): string {
  return String.fromCharCode(65 + lane);
}
