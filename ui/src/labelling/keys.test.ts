import { expect, test } from "vitest";

import { actOf, laneOf } from "./keys";

const press = (key: string, held = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

test("letters and arrows are acts, in either case", () => {
  expect(["a", "R", "j", "ArrowLeft", "x", "Enter"].map((key) => actOf(press(key)))).toEqual([
    "approve",
    "reject",
    "next",
    "previous",
    undefined,
    undefined,
  ]);
});

test("with a modifier a key is the browser's", () => {
  expect(actOf(press("r", { ctrlKey: true }))).toBeUndefined();
  expect(actOf(press("ArrowLeft", { altKey: true }))).toBeUndefined();
  expect(laneOf(press("1", { metaKey: true }), 2)).toBeUndefined();
});

test("numbers choose among the lanes that there are", () => {
  expect(["1", "2", "3", "0", " ", "a"].map((key) => laneOf(press(key), 2))).toEqual([
    0,
    1,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
