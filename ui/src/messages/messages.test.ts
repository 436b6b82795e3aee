import { describe, expect, test } from "vitest";

import { en } from "./en";
import { fill, isKey, type Key, translator, wordFor } from "./index";
import { zh } from "./zh";

const keys = Object.keys(en) as Key[];
const places = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((match) => match[1]).sort();

describe("both languages", () => {
  test("have the same keys in the same order", () => {
    expect(Object.keys(zh)).toEqual(keys);
  });

  test.each(keys)("%s has the same places to fill in", (key) => {
    expect(new Set(places(zh[key]))).toEqual(new Set(places(en[key])));
  });

  test("are not empty, and Chinese is Chinese", () => {
    const latin = new Set(["try.json"]);
    for (const key of keys) {
      expect(en[key].trim(), key).not.toBe("");
      if (!latin.has(key)) expect(zh[key], key).toMatch(/[\u4e00-\u9fff]/);
      expect(en[key], key).not.toMatch(/[\u4e00-\u9fff]/);
    }
  });

  test("Chinese sentences end in Chinese punctuation", () => {
    for (const key of keys) expect(zh[key], key).not.toMatch(/[\u4e00-\u9fff][.,!?;]/);
  });
});

test("values are filled in, and what is missing stays visible", () => {
  expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
  expect(translator("en")("form.changes", { n: 1 })).toBe("1 value changed");
  expect(translator("en")("form.changes", { n: 2 })).toBe("2 values changed");
  expect(translator("zh")("form.changes", { n: 2 })).toBe("已修改 2 项");
});

test("a value that looks like a place is not filled again", () => {
  expect(fill("{a}", { a: "{b}", b: "no" })).toBe("{b}");
});

test("ids of the API are looked up without trusting them", () => {
  expect(isKey("state.running")).toBe(true);
  expect(isKey("state.unheard")).toBe(false);
  expect(wordFor(translator("zh"), "state", "running")).toBe("运行中");
  expect(wordFor(translator("zh"), "state", "unheard")).toBe("unheard");
  expect(wordFor(translator("zh"), "type", "unheard", "")).toBe("");
});
