import { describe, expect, test } from "vitest";

import type { PoolAmount, PoolBrief } from "./api/types";
import { meters } from "./pools";

const amount = (name: PoolAmount["name"], used: number, quota: number | null): PoolAmount => ({
  name,
  used,
  quota,
  free: quota === null ? null : Math.max(0, quota - used),
});

const pool = (amounts: PoolAmount[], taken: number | null = 1): PoolBrief => ({
  name: "shared",
  display_name: null,
  description: "",
  state: "online",
  reason: null,
  context: null,
  namespace: "shared",
  sizes: [],
  slots: { airflow_pool: "aileron_shared", slots: 4, taken },
  amounts,
  projects: [],
  needs: "developer",
});

const named = (found: ReturnType<typeof meters>) => found.map(({ name, share }) => [name, share]);

describe("meters", () => {
  test("show what is limited or used", () => {
    const found = meters(pool([amount("cpu", 1, 4), amount("gpu", 0, 0), amount("pods", 1, null)]));
    expect(named(found)).toEqual([
      ["cpu", 0.25],
      ["pods", null],
      ["slots", 0.25],
    ]);
  });

  test("are full at most", () => {
    expect(named(meters(pool([amount("cpu", 9, 4), amount("gpu", 1, 0)])))).toEqual([
      ["cpu", 1],
      ["gpu", 1],
      ["slots", 0.25],
    ]);
  });

  test("draw nothing of slots that Airflow does not tell", () => {
    expect(named(meters(pool([], null)))).toEqual([["slots", null]]);
  });
});
