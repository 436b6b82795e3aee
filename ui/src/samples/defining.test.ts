import { expect, test } from "vitest";

import { definitionOf, formatsFor, missingMeaning, NOTHING } from "./defining";

test("a name that cannot be used is missing, and a table's target", () => {
  expect(missingMeaning({ ...NOTHING, name: "Pumps" })).toHaveProperty("name");
  expect(missingMeaning({ ...NOTHING, name: "pumps" })).toEqual({});
  expect(missingMeaning({ ...NOTHING, name: "pumps", modality: "table" })).toHaveProperty("target");
});

test("what was said becomes a definition", () => {
  const draft = { ...NOTHING, name: "street", displayName: "街景", task: "detection" };
  expect(definitionOf({ ...draft, upload: "f".repeat(32), strict: true })).toEqual({
    name: "street",
    display_name: "街景",
    modality: "image",
    task: "detection",
    on_problem: "refuse",
    source: { upload: "f".repeat(32) },
  });
});

test("a table of a database has a target, and is strict unless it is said otherwise", () => {
  const draft = { ...NOTHING, kind: "sql" as const, connection: "shop", query: "orders" };
  const said = definitionOf({ ...draft, name: "orders", modality: "table", target: "price" });
  expect(said.source).toEqual({ sql: { connection: "shop", table: "orders" } });
  expect(said.target).toBe("price");
  expect(said.on_problem).toBe("refuse");
  const lenient = { ...draft, modality: "table" as const, strict: false };
  expect(definitionOf(lenient).on_problem).toBe("leave_out");
  expect(definitionOf({ ...draft, modality: "text" }).on_problem).toBe("leave_out");
});

test("a clustering has no target, a time series has a time", () => {
  const table = { ...NOTHING, name: "orders", modality: "table" as const, target: "price" };
  expect(definitionOf({ ...table, task: "clustering" })).not.toHaveProperty("target");
  const series = { ...table, task: "forecasting" };
  expect(Object.keys(missingMeaning(series))).toEqual(["time"]);
  expect(definitionOf({ ...series, time: "day" })).toMatchObject({ time_column: "day" });
});

test("those formats are offered that can say the task", () => {
  const one = { title: { en: "", zh: "" }, options: {} };
  const known = [
    { ...one, name: "csv", modality: "table", tasks: ["regression"] },
    { ...one, name: "coco", modality: "image", tasks: ["detection"] },
    { ...one, name: "folders", modality: "image", tasks: ["classification"] },
  ];
  expect(formatsFor(known, "image", "detection").map((found) => found.name)).toEqual(["coco"]);
  expect(formatsFor(known, "image", null)).toHaveLength(2);
});
