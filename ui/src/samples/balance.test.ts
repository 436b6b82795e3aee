import { expect, test } from "vitest";

import { balanceOf } from "./balance";

test("classes stand by how often they are there", () => {
  expect(balanceOf({ class_counts: { a: 1, b: 4 } })).toEqual([
    { name: "b", samples: 4, share: 1 },
    { name: "a", samples: 1, share: 0.25 },
  ]);
});

test("a card that counts no classes has none", () => {
  expect(balanceOf(null)).toEqual([]);
  expect(balanceOf({ classes: ["a"] })).toEqual([]);
  expect(balanceOf({ class_counts: {} })).toEqual([]);
});
