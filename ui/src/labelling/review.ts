// What a reviewer goes through: which item is next, what the audit may come to. Pure functions.

import type { LabelItem } from "../api/types";

type Item = Pick<LabelItem, "position" | "state" | "verdict">;

/** The reason of an item that was set aside by Label Studio's own button. */
export const SKIPPED = "skipped";

export interface Tally {
  total: number;
  approved: number;
  rejected: number;
  /** Without a verdict yet. */
  left: number;
}

export type Outcome = "passed" | "has_errors" | "rejected";
export const OUTCOMES: readonly Outcome[] = ["passed", "has_errors", "rejected"];

/** An item's state; while its audit goes on, the verdict that it will have. */
export function standOf(item: Pick<Item, "state" | "verdict">): LabelItem["state"] {
  return item.state === "submitted" ? (item.verdict ?? item.state) : item.state;
}

/** How many of `items` have which verdict. */
export function tallyOf(items: readonly Item[]): Tally {
  const approved = items.filter((one) => standOf(one) === "approved").length;
  const rejected = items.filter((one) => standOf(one) === "rejected").length;
  return { total: items.length, approved, rejected, left: items.length - approved - rejected };
}

/** The position `by` places from `position`; the ends stay where they are. */
export function neighbour(items: readonly Item[], position: number, by: number): number {
  const at = items.findIndex((one) => one.position === position);
  const next = Math.min(Math.max(at + by, 0), items.length - 1);
  return items[next]?.position ?? position;
}

/** The next item without a verdict after `position`, from the beginning again; else none. */
export function nextOpen(items: readonly Item[], position: number): number | undefined {
  const at = items.findIndex((one) => one.position === position);
  const round = [...items.slice(at + 1), ...items.slice(0, Math.max(at, 0))];
  return round.find((one) => !decided(one))?.position;
}

/** Where a reviewer begins: the first item without a verdict, else the first. */
export function firstOpen(items: readonly Item[]): number | undefined {
  return (items.find((one) => !decided(one)) ?? items[0])?.position;
}

function decided(item: Item): boolean {
  return ["approved", "rejected"].includes(standOf(item));
}

export type Hindrance = "left" | "errors" | "no_errors";

/** Why an audit cannot end with `outcome`; nothing if it can. */
export function hindrance(outcome: Outcome, tally: Tally): Hindrance | undefined {
  if (outcome === "rejected") return undefined;
  if (tally.left > 0) return "left";
  if (outcome === "passed") return tally.rejected > 0 ? "errors" : undefined;
  return tally.rejected === 0 ? "no_errors" : undefined;
}
