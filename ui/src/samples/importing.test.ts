import { describe, expect, test } from "vitest";

import { EMPTY, importValues, missingSource, sourceOf, tableOrSelect } from "./importing";

test.each([
  [{ kind: "upload" }, ["upload"]],
  [{ kind: "upload", upload: "a".repeat(32) }, []],
  [{ kind: "url", url: "file:///etc/passwd" }, ["url"]],
  [{ kind: "url", url: "https://there/a.zip" }, []],
  [{ kind: "path", path: "data/a.zip" }, ["path"]],
  [{ kind: "sql" }, ["connection", "query"]],
  [{ kind: "sql", connection: "shop", query: "orders" }, []],
  [{ kind: "s3" }, ["connection", "bucket", "place"]],
  [{ kind: "s3", connection: "store", bucket: "all", place: "a.zip" }, []],
  [{ kind: "ftp", connection: "old", place: "a.zip" }, ["place"]],
  [{ kind: "webhdfs", connection: "lake", place: "/data/" }, []],
] as const)("of %o is missing %o", (said, missing) => {
  expect(Object.keys(missingSource({ ...EMPTY, ...said }))).toEqual(missing);
});

test("one word is a table, more are a SELECT", () => {
  expect(tableOrSelect(" shop.orders ")).toEqual({ table: "shop.orders" });
  expect(tableOrSelect("select 1")).toEqual({ select: "select 1" });
});

test("a place that ends with / is a folder", () => {
  const draft = { ...EMPTY, connection: "store", bucket: "all" };
  const s3 = { ...draft, kind: "s3" as const };
  expect(sourceOf({ ...s3, place: "a.zip" })).toEqual({
    s3: { connection: "store", bucket: "all", key: "a.zip" },
  });
  expect(sourceOf({ ...s3, place: "cats/" })).toHaveProperty("s3.prefix", "cats/");
  expect(sourceOf({ ...draft, kind: "ftp", place: "/cats/" })).toEqual({
    ftp: { connection: "store", path: "/cats/" },
  });
});

describe("the values of a run that takes its data from elsewhere", () => {
  test("name the place and take back all others", () => {
    const values = importValues({ ...EMPTY, upload: "f".repeat(32) }, "image");
    expect(values["source.upload"]).toBe("f".repeat(32));
    expect(values["source.folder"]).toBeNull();
    expect(values["source.sql"]).toBeNull();
    expect(values).not.toHaveProperty("source.file"); // pictures have none
  });

  test("say both parts of a database", () => {
    const draft = { ...EMPTY, kind: "sql" as const, connection: "shop", query: "orders" };
    const values = importValues(draft, "table");
    expect(values["source.sql.connection"]).toBe("shop");
    expect(values["source.sql.table"]).toBe("orders");
    expect(values).not.toHaveProperty("source.sql");
    expect(values["source.file"]).toBeNull();
  });
});
