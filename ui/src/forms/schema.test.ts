import { describe, expect, test } from "vitest";

import { field, fields } from "./example";
import { fieldsOf, sections } from "./schema";

describe("what holds several things", () => {
  const words = fieldsOf({
    properties: {
      drop: { type: "array", items: { type: "string" }, default: [] },
      parts: { type: "array", items: { enum: ["train", "test"], type: "string" }, default: [] },
      rename: { type: "object", additionalProperties: { type: "string" }, suggests: "labels" },
      where: { type: "array", items: { type: "object" }, default: [] },
      steps: {
        type: "array",
        minItems: 1,
        items: {
          tag: "step",
          oneOf: [
            { properties: { step: { enum: ["turn"] }, by: { type: "number" } }, order: ["step", "by"] },
            { properties: { step: { enum: ["flip"] } }, order: ["step"] },
          ],
        },
      },
      value: { type: ["array", "number", "string", "null"] },
    },
    order: [],
  });

  test("is told by what it holds", () => {
    const kinds = ["list", "list", "pairs", "json", "rows", "value"];
    expect(words.map((one) => one.kind)).toEqual(kinds);
    expect(words[1]?.options).toEqual(["train", "test"]);
  });

  test("has shapes with fields of their own, without the one that says which", () => {
    expect(words[4]?.shapes?.map((shape) => shape.name)).toEqual(["turn", "flip"]);
    expect(words[4]?.shapes?.map((shape) => shape.fields.map((one) => one.path))).toEqual([["by"], []]);
    expect(words[4]).toMatchObject({ tag: "step", least: 1 });
    expect(words[2]?.shapes?.[0]?.fields.map((one) => one.suggests)).toEqual(["labels", undefined]);
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
