import { expect, test } from "vitest";

import { attributesOf, auditOf, classesOf, wordsOf } from "./spec";

test("classes have a title, and a colour that is one", () => {
  const classes = [
    { name: "ok", display_name: "正常", colour: "#1f77b4", shortcut: "1" },
    { name: "bad", colour: "red; background: url(x)" },
    "bare",
  ];
  expect(classesOf({ classes }).map((one) => [one.title, one.colour])).toEqual([
    ["正常", "#1f77b4"],
    ["bad", undefined],
    ["bare", undefined],
  ]);
});

test("what is not there, or is something else, is nothing", () => {
  expect(classesOf({})).toEqual([]);
  expect(attributesOf({ attributes: "many" })).toEqual([]);
  expect(auditOf({ audit: 3 })).toBeUndefined();
  expect(wordsOf({ relations: ["owns", null] }, "relations")).toEqual(["owns"]);
});

test("an audit is a share or a count, the other being null", () => {
  expect(auditOf({ audit: { share: 0.2, count: null } })).toEqual({ share: 0.2 });
  expect(auditOf({ audit: { share: null, count: 5 } })).toEqual({ count: 5 });
});
