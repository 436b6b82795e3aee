import { expect, test } from "vitest";

import { fieldOf, momentOf } from "./due";

test("a deadline goes through the field unchanged, to the minute", () => {
  const moment = "2026-11-25T08:30:00.000Z";
  expect(momentOf(fieldOf(moment))).toBe(moment);
  expect(fieldOf(moment)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
});

test("no deadline is an empty field", () => {
  expect(fieldOf(null)).toBe("");
  expect(momentOf("")).toBeNull();
});
