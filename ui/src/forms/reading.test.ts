import { describe, expect, test } from "vitest";

import { field, fields } from "./example";
import { changed, defaults, problemsIn, read, rowsFrom, rowsInJson, written } from "./reading";
import { fieldsOf } from "./schema";
import { NO_TERMS, type Terms } from "./terms";

describe("what was typed", () => {
  test("becomes a value of the schema's type", () => {
    expect(read(field("train.parameters.max_depth"), " 7 ")).toEqual({ value: 7 });
    expect(read(field("train.parameters.learning_rate"), "1e-2")).toEqual({ value: 0.01 });
    expect(read(field("split.shuffle"), "false")).toEqual({ value: false });
    expect(read(field("train.parameters.booster"), "line")).toEqual({ value: "line" });
    expect(read(field("set"), '{"a": 1}')).toEqual({ value: { a: 1 } });
  });

  test("left empty is null where that is allowed", () => {
    expect(read(field("gate.thresholds"), "")).toEqual({ value: null });
    expect(read(field("split.by"), "")).toEqual({ value: null });
    expect(read(field("train.parameters.max_depth"), "")).toEqual({
      problem: { key: "form.required" },
    });
  });

  test.each([
    ["train.parameters.max_depth", "x", "form.not.number"],
    ["train.parameters.max_depth", "1.5", "form.not.integer"],
    ["train.parameters.max_depth", "0", "form.too.small"],
    ["train.parameters.max_depth", "21", "form.too.large"],
    ["train.parameters.learning_rate", "0", "form.not.above"],
    ["set", "{", "form.not.json"],
  ])("%s %s is refused", (path, text, key) => {
    const found = read(field(path), text);
    expect("problem" in found && found.problem.key).toBe(key);
  });
});

describe("the values that are sent", () => {
  test("are those that were changed", () => {
    const draft = { ...defaults(fields), "train.parameters.max_depth": "8" };
    expect(changed(fields, draft)).toEqual({
      values: { "train.parameters.max_depth": 8 },
      problems: {},
    });
  });

  test("leave out what was typed back to the default", () => {
    const draft = { ...defaults(fields), "train.parameters.max_depth": "6.0" };
    expect(changed(fields, draft).values).toEqual({});
  });

  test("name each problem by its path", () => {
    const draft = { ...defaults(fields), "train.parameters.max_depth": "many" };
    expect(changed(fields, draft).problems).toEqual({
      "train.parameters.max_depth": { key: "form.not.number" },
    });
  });

  test("defaults are written as the form shows them", () => {
    expect(written({ kind: "boolean" }, true)).toBe("true");
    expect(written({ kind: "text" }, null)).toBe("");
    expect(written({ kind: "json" }, { a: 1 })).toBe('{\n  "a": 1\n}');
  });
});

const lists = fieldsOf({
  properties: {
    drop: { type: "array", items: { type: "string" }, default: [] },
    rename: { type: "object", additionalProperties: { type: "string" }, default: {} },
    where: {
      type: "array",
      default: [],
      items: {
        properties: {
          column: { type: "string", required: true },
          op: { enum: ["eq", "in", "missing"], type: "string", default: "eq" },
          value: {
            type: ["array", "boolean", "number", "string", "null"],
            default: null,
            compared: { column: "column", op: "op", lists: ["in"], none: ["missing"] },
          },
        },
        order: ["column", "op", "value"],
      },
    },
    steps: {
      type: "array",
      required: true,
      minItems: 1,
      items: {
        tag: "step",
        oneOf: [
          {
            properties: { step: { enum: ["turn"] }, by: { type: "number", required: true } },
            order: ["step", "by"],
          },
          { properties: { step: { enum: ["flip"] } }, order: ["step"] },
        ],
      },
    },
  },
  order: [],
});
const [drop, rename, where, steps] = lists as [
  (typeof lists)[0], (typeof lists)[0], (typeof lists)[0], (typeof lists)[0],
];
const terms: Terms = {
  ...NO_TERMS,
  facts: [
    { name: "width", kind: "number", values: [] },
    { name: "code", kind: "text", values: ["1", "2"] },
  ],
};
const condition = (column: string, op: string, value: string) => ({
  shape: "",
  draft: { column, op, value },
});

describe("lists and pairs", () => {
  test("are read word by word, and left out if they are as they were", () => {
    const pair = (key: string, value: string) => ({ shape: "", draft: { key, value } });
    const draft = { drop: " a b \n\nc", rename: [pair("old one", "new"), pair("x", "y=z")] };
    expect(changed([drop, rename], draft).values).toEqual({
      drop: ["a b", "c"],
      rename: { "old one": "new", x: "y=z" },
    });
    expect(changed([drop, rename], defaults([drop, rename])).values).toEqual({});
    const twice = { rename: [pair("a", "b"), pair("a", "")] };
    expect(Object.keys(changed([rename], twice).problems)).toEqual([
      "rename.1.value",
      "rename.1.key",
    ]);
  });
});

describe("rows", () => {
  test("become objects; a value is what its column holds", () => {
    const rows = [
      condition("width", "eq", "10"),
      condition("code", "eq", "1"),
      condition("code", "in", "1\n2"),
      condition("width", "missing", "left over"),
      condition("attributes.night", "eq", "true"),
    ];
    expect(read(where, rows, {}, terms)).toEqual({
      value: [
        { column: "width", value: 10 },
        { column: "code", value: "1" },
        { column: "code", op: "in", value: ["1", "2"] },
        { column: "width", op: "missing" },
        { column: "attributes.night", value: true },
      ],
    });
  });

  test("say in which of them what is wrong", () => {
    const draft = { where: [condition("width", "eq", "1"), condition("", "eq", "")] };
    const { problems } = changed([where], draft, terms);
    expect(problemsIn(problemsIn(problems, "where"), "1")).toEqual({
      column: { key: "form.required" },
      value: { key: "form.required" },
    });
    const wide = [condition("width", "eq", "wide")];
    expect(changed([where], { where: wide }, terms).problems).toHaveProperty("where.0.value");
    expect(changed([steps], defaults([steps])).problems).toEqual({
      steps: { key: "form.row.needed" },
    });
  });

  test("of several shapes say which, and go to JSON and back", () => {
    const rows = [
      { shape: "turn", draft: { by: "90" } },
      { shape: "flip", draft: {} },
    ];
    const value = [{ step: "turn", by: 90 }, { step: "flip" }];
    expect(read(steps, rows)).toEqual({ value });
    const text = rowsInJson(steps, rows, NO_TERMS);
    expect(read(steps, text)).toEqual({ value });
    expect(rowsFrom(steps, JSON.parse(text))).toEqual(rows);
    expect(rowsFrom(steps, [{ step: "jump" }])).toBeUndefined();
    expect(rowsFrom(steps, [{ step: "flip", more: 1 }])).toBeUndefined();
    expect(read(steps, "{}")).toEqual({ problem: { key: "form.not.list" } });
  });
});
