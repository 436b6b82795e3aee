import { expect, test } from "vitest";

import { asked, queryOf, readQuery, withQuery } from "./query";

test("the address says what is looked at", () => {
  const query = readQuery(new URLSearchParams("version=3&part=test&label=cat&q=a b&page=2"));
  expect(query).toEqual({
    version: 3, part: "test", label: "cat", waiting: false, search: "a b", page: 2,
  });
  expect(asked(query).toString()).toBe(
    "limit=60&offset=60&version=3&part=test&label=cat&search=a+b",
  );
});

test("nonsense in the address is nothing", () => {
  const query = readQuery(new URLSearchParams("version=-1&page=x"));
  expect([query.version, query.page]).toEqual([undefined, 1]);
});

test("looking for something else begins at the first page", () => {
  const params = new URLSearchParams("label=cat&page=4");
  expect(withQuery(params, { label: "dog" }).toString()).toBe("label=dog");
  expect(withQuery(params, { label: "" }).toString()).toBe("");
  expect(withQuery(params, { sample: "x" }).toString()).toBe("label=cat&page=4&sample=x");
});

test("the query stands in the hash, if there is one", () => {
  expect(queryOf("#/datasets?tag=a%20b&mine=true").get("tag")).toBe("a b");
  expect(queryOf("#/datasets").size).toBe(0);
  expect(queryOf("").size).toBe(0);
});
