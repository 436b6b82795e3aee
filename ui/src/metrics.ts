// Which metrics are shown first, and which direction is the better one.

import type { ModelVersion } from "./api/types";

type Metrics = Record<string, number>;

/** The most telling first; used where the API names no primary metric. */
const TELLING = [
  "roc_auc",
  "f1_macro",
  "map",
  "f1",
  "f1_micro",
  "accuracy",
  "r2",
  "rmse",
  "mae",
  "log_loss",
];

const SMALLER_IS_BETTER = /(^|_)(loss|brier|rmse|mse|mae|mape|error)($|_)/;

export function smallerIsBetter(metric: string): boolean {
  return SMALLER_IS_BETTER.test(metric);
}

/** Names of the `count` metrics to show in little room: the primary one first. */
export function headline(
  metrics: Metrics | null,
  primary: string | null = null,
  count = 2,
): string[] {
  if (metrics === null) return [];
  const order = primary === null ? TELLING : [primary, ...TELLING];
  const known = order.filter((name, index) => name in metrics && order.indexOf(name) === index);
  return (known.length > 0 ? known : Object.keys(metrics)).slice(0, count);
}

/** Columns for many rows: the metrics that most of them would show first. */
export function commonHeadline(
  rows: readonly { metrics: Metrics | null; primary?: string | null }[],
  count = 2,
): string[] {
  const votes = new Map<string, number>();
  for (const row of rows) {
    headline(row.metrics, row.primary ?? null, count).forEach((name, place) => {
      votes.set(name, (votes.get(name) ?? 0) + count - place);
    });
  }
  return [...votes.entries()]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([name]) => name);
}

export type Judgement = "better" | "worse" | "same";

/** How `value` compares with `other` in metric `name`. */
export function judge(name: string, value: number, other: number): Judgement {
  if (Math.abs(value - other) < 1e-9) return "same";
  return value > other !== smallerIsBetter(name) ? "better" : "worse";
}

/** Versions that have `metric`, the oldest first, as a chart wants them. */
export function series(
  versions: readonly ModelVersion[],
  metric: string,
): { version: number; value: number; champion: boolean }[] {
  return versions
    .flatMap((v) => {
      const value = v.metrics?.[metric];
      return value === undefined ? [] : [{ version: v.version, value, champion: v.champion }];
    })
    .sort((a, b) => a.version - b.version);
}
