import { describe, expect, test } from "vitest";

import { firstOpen, hindrance, neighbour, nextOpen, standOf, tallyOf } from "./review";

const ITEMS = (["approved", null, "rejected", null] as const).map((verdict, at) => ({
  position: 10 + at * 5,
  state: "submitted" as const,
  verdict,
}));

test("verdicts are counted", () => {
  expect(tallyOf(ITEMS)).toEqual({ total: 4, approved: 1, rejected: 1, left: 2 });
});

test("a verdict stands for the state while the audit goes on", () => {
  expect(standOf({ state: "submitted", verdict: "rejected" })).toBe("rejected");
  expect(standOf({ state: "submitted", verdict: null })).toBe("submitted");
  expect(standOf({ state: "labelled", verdict: "rejected" })).toBe("labelled");
});

test("neighbours stop at the ends", () => {
  expect(neighbour(ITEMS, 10, 1)).toBe(15);
  expect(neighbour(ITEMS, 10, -1)).toBe(10);
  expect(neighbour(ITEMS, 25, 1)).toBe(25);
  expect(neighbour([], 3, 1)).toBe(3);
});

test("after a verdict comes the next item without one, once around", () => {
  expect(nextOpen(ITEMS, 10)).toBe(15);
  expect(nextOpen(ITEMS, 15)).toBe(25);
  expect(nextOpen(ITEMS, 25)).toBe(15);
  expect(nextOpen(ITEMS.slice(0, 2), 15)).toBeUndefined();
});

test("a reviewer begins where there is no verdict yet", () => {
  expect(firstOpen(ITEMS)).toBe(15);
  expect(firstOpen(ITEMS.slice(0, 1))).toBe(10);
  expect(firstOpen([])).toBeUndefined();
});

describe("an audit ends", () => {
  const done = { total: 4, approved: 4, rejected: 0, left: 0 };
  const wrong = { ...done, approved: 3, rejected: 1 };
  const half = { ...wrong, approved: 1, left: 2 };
  test.each([
    ["passed", done, undefined],
    ["passed", wrong, "errors"],
    ["passed", half, "left"],
    ["has_errors", done, "no_errors"],
    ["has_errors", wrong, undefined],
    ["has_errors", half, "left"],
    ["rejected", half, undefined],
    ["rejected", wrong, undefined],
  ] as const)("%s of %o", (outcome, tally, why) => {
    expect(hindrance(outcome, tally)).toBe(why);
  });
});
