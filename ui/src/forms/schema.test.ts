import { describe, expect, test } from "vitest";

import { changed, defaults, fieldsOf, read, sections, written } from "./schema";

const form = {
  properties: {
    "train.parameters.max_depth": {
      type: "integer",
      default: 6,
      minimum: 1,
      maximum: 20,
      title: "Depth",
      description: "Levels of a tree.",
      section: "Training",
    },
    "train.parameters.learning_rate": {
      type: "number",
      default: 0.3,
      exclusiveMinimum: 0,
      section: "Training",
    },
    "gate.thresholds": { type: ["number", "null"], default: null, section: "Gate" },
    "split.by": { type: ["string", "null"], default: null, section: "Split" },
    "split.shuffle": { type: "boolean", default: true, section: "Split" },
    "train.parameters.booster": { enum: ["tree", "line", null], default: "tree" },
    set: { type: "object", default: {} },
  },
  order: ["split.shuffle", "train.parameters.max_depth"],
};
const fields = fieldsOf(form);
const field = (path: string) => {
  const found = fields.find((one) => one.path === path);
  if (!found) throw new Error(path);
  return found;
};

describe("lists and pairs", () => {
  const words = fieldsOf({
    properties: {
      drop: { type: "array", items: { type: "string" }, default: [] },
      parts: { type: "array", items: { enum: ["train", "test"], type: "string" }, default: [] },
      rename: { type: "object", additionalProperties: { type: "string" }, default: {} },
      where: { type: "array", items: { type: "object" }, default: [] },
    },
    order: [],
  });

  test("are told by what they hold", () => {
    expect(words.map((one) => one.kind)).toEqual(["list", "list", "pairs", "json"]);
    expect(words[1]?.options).toEqual(["train", "test"]);
  });

  test("are read line by line, and left out if they are as they were", () => {
    const draft = { ...defaults(words), drop: " a b \n\nc", rename: "old one = new\nx = y=z" };
    expect(changed(words, draft)).toEqual({
      values: { drop: ["a b", "c"], rename: { "old one": "new", x: "y=z" } },
      problems: {},
    });
    expect(written({ kind: "pairs" }, { a: "b" })).toBe("a = b");
  });

  test("a line that is no pair is a problem", () => {
    expect(changed(words, { ...defaults(words), rename: "old" }).problems).toHaveProperty("rename");
  });
});

describe("fields", () => {
  test("stand in the order of the form, what it leaves out after that", () => {
    expect(fields.slice(0, 3).map((one) => one.path)).toEqual([
      "split.shuffle",
      "train.parameters.max_depth",
      "train.parameters.learning_rate",
    ]);
  });

  test("take name, help, kind and limits from the schema", () => {
    expect(field("train.parameters.max_depth")).toMatchObject({
      name: "Depth",
      help: "Levels of a tree.",
      kind: "integer",
      nullable: false,
      minimum: { value: 1, exclusive: false },
    });
    expect(field("train.parameters.learning_rate").name).toBe("learning_rate");
    expect(field("gate.thresholds")).toMatchObject({ kind: "number", nullable: true });
    expect(field("train.parameters.booster")).toMatchObject({
      kind: "choice",
      nullable: true,
      options: ["tree", "line"],
    });
    expect(field("set").kind).toBe("json");
  });

  test("are grouped by section", () => {
    expect([...sections(fields).keys()]).toEqual(["Split", "Training", "Gate", ""]);
  });
});

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
