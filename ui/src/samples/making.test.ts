import { expect, test } from "vitest";

import { makingOf } from "./making";

test("a card says by which step a version was made, and how", () => {
  const kept = { operation: "data.sample", options: { name: "some", fraction: 0.1 }, other: null };
  expect(makingOf(kept)).toEqual({ step: "data.sample", options: [["fraction", 0.1]] });
  expect(makingOf({ operation: "data.compact" })?.options).toEqual([]);
  expect(makingOf(null)).toBeUndefined();
});
