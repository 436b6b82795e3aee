import { expect, test } from "vitest";

import { parametersOf } from "./parameters";

const SCHEMA = {
  properties: {
    rounds: { type: "integer", default: 10, minimum: 1, maximum: 100, description: "trees" },
    loss: { enum: ["log", "hinge"], default: "log" },
    rate: { anyOf: [{ type: "number", exclusiveMinimum: 0 }, { type: "null" }], default: null },
  },
};

test("each parameter is a row with what it may be", () => {
  expect(parametersOf(SCHEMA)).toEqual([
    { name: "rounds", about: "trees", values: "integer, 1 … 100", default: "10" },
    { name: "loss", about: "", values: "log | hinge", default: "log" },
    { name: "rate", about: "", values: "number, 0 … ∞ | null", default: "–" },
  ]);
});

test("no parameters are no rows", () => {
  expect(parametersOf({})).toEqual([]);
});
