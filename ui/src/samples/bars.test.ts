import { expect, test } from "vitest";

import { bars } from "./bars";
import { colourOf } from "./colours";

test("the highest bar fills the room, and one that is not empty is seen", () => {
  const found = bars([0, 1, 2, 3], [1000, 0, 1]);
  expect(found.map((bar) => bar.height)).toEqual([1, 0, 0.04]);
  expect(found[2]).toMatchObject({ from: 2, to: 3, count: 1 });
  expect(bars([], [])).toEqual([]);
});

test("each class has a colour of its own, and one that nobody knows is grey", () => {
  const classes = Array.from({ length: 27 }, (_, at) => `c${at}`);
  expect(new Set(classes.map((one) => colourOf(classes, one))).size).toBe(27);
  expect(colourOf(classes, "other")).toBe("hsl(0 0% 55%)");
});
