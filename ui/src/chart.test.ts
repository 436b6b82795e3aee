import { expect, test } from "vitest";

import { scale, ticks } from "./chart";

test("a scale maps ends to ends and survives a single value", () => {
  const map = scale([0, 10], [100, 0]);
  expect([map(0), map(5), map(10)]).toEqual([100, 50, 0]);
  expect(scale([1, 1], [0, 9])(1)).toBe(0);
});

test.each([
  [0.91, 0.97],
  [0.938, 0.938],
  [-3, 17],
  [1200, 1_200_000],
])("ticks enclose %d to %d with few round numbers", (low, high) => {
  const found = ticks(low, high);
  expect(found[0]).toBeLessThanOrEqual(low);
  expect(found.at(-1)).toBeGreaterThanOrEqual(high);
  expect(found.length).toBeGreaterThan(1);
  expect(found.length).toBeLessThan(8);
});

test("there are no ticks of nothing", () => {
  expect(ticks(Infinity, -Infinity)).toEqual([]);
});
