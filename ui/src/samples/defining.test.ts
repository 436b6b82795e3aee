import { expect, test } from "vitest";

import { definitionOf, missingMeaning, NOTHING } from "./defining";

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
    max_refused: 0,
    source: { upload: "f".repeat(32) },
  });
});

test("a table of a database has a target and refuses nothing by share", () => {
  const draft = { ...NOTHING, kind: "sql" as const, connection: "shop", query: "orders" };
  const said = definitionOf({ ...draft, name: "orders", modality: "table", target: "price" });
  expect(said.source).toEqual({ sql: { connection: "shop", table: "orders" } });
  expect(said.target).toBe("price");
  expect(said).not.toHaveProperty("max_refused");
});
