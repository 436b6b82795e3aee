import { expect, test } from "vitest";

import type { Feature } from "../api/types";
import { decided, filledRow, predicted, rowBody, rowDraft, rowFields, scores } from "./rows";

const features: Feature[] = [
  { name: "pressure", type: "number", categories: null, missing_allowed: false },
  { name: "site", type: "category", categories: ["4", "5"], missing_allowed: true },
  { name: "sealed", type: "boolean", categories: null, missing_allowed: true },
  { name: "built", type: "date", categories: null, missing_allowed: true },
  { name: "note", type: "text", categories: null, missing_allowed: true },
];
const fields = rowFields(features);
const sample = {
  data: [{ pressure: 12.5, site: "4", sealed: false, built: "2026-01-05", note: null }],
};

test("each feature is a field of its kind", () => {
  expect(fields.map((field) => field.kind)).toEqual(["number", "choice", "choice", "text", "prose"]);
});

test("a sample fills the form and comes out again", () => {
  const filled = filledRow(fields, rowDraft(fields, sample));
  expect(filled.problems).toEqual({});
  expect(rowBody(filled.values)).toEqual(sample);
});

test("a sample of another shape leaves the form empty", () => {
  expect(rowDraft(fields, { inputs: [] }).pressure).toBe("");
  expect(rowDraft(fields, null).site).toBe("");
});

test("what the model needs must be given, and a number must be one", () => {
  const empty = filledRow(fields, {});
  expect(empty.problems).toEqual({ pressure: { key: "form.required" } });
  expect(empty.values.note).toBeNull();
  const wrong = filledRow(fields, { pressure: "high" });
  expect(wrong.problems).toEqual({ pressure: { key: "form.not.number" } });
});

test("scores come from rows and from pictures, the highest first", () => {
  const rows = { batch_results: [{ label: "b", probabilities: { a: 0.4, b: 0.6 } }] };
  expect(scores(rows)).toEqual([
    { name: "b", score: 0.6 },
    { name: "a", score: 0.4 },
  ]);
  expect(decided(rows)).toBe("b");
  expect(scores({ results: [{ name: "7", score: 0.9 }] })).toEqual([{ name: "7", score: 0.9 }]);
  expect(scores({ error_msg: "no" })).toBeUndefined();
});

test("a regression answers with a number", () => {
  expect(predicted({ batch_results: [{ value: 1.5 }] })).toBe(1.5);
  expect(predicted({ batch_results: [{ label: "a" }] })).toBeUndefined();
  expect(predicted(undefined)).toBeUndefined();
});
