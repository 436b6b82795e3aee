import { describe, expect, test } from "vitest";

import { joined, pieces, spanText, tokenRuns } from "./marks";

const span = (label: string, start: number, end: number) => ({ label, start, end });

describe("the pieces of a text", () => {
  test("are cut where spans begin and end", () => {
    const found = pieces("Ann is in Rome", [span("PER", 0, 3), span("LOC", 10, 14)]);
    expect(found.map((piece) => piece.text)).toEqual(["Ann", " is in ", "Rome"]);
    expect(found.map((piece) => piece.ends)).toEqual([[0], [], [1]]);
  });

  test("count characters, not units of UTF-16", () => {
    const found = pieces("😀李雷", [span("PER", 1, 3)]);
    expect(found.map((piece) => piece.text)).toEqual(["😀", "李雷"]);
    expect(spanText("😀李雷", span("PER", 1, 3))).toBe("李雷");
  });

  test("know all spans that lie over each other", () => {
    const found = pieces("abcdef", [span("A", 0, 4), span("B", 2, 6)]);
    expect(found.map((piece) => [piece.text, piece.spans])).toEqual([
      ["ab", [0]],
      ["cd", [0, 1]],
      ["ef", [1]],
    ]);
  });

  test("are the whole text where nothing is marked, or a span lies outside", () => {
    expect(pieces("abc", [])).toEqual([{ text: "abc", spans: [], ends: [] }]);
    expect(pieces("abc", [span("A", 2, 99)]).map((piece) => piece.text)).toEqual(["ab", "c"]);
    expect(pieces("", [])).toEqual([]);
  });
});

test("tokens are put together by their tags", () => {
  const tokens = ["Ann", "Lee", "met", "Bob", "Kim", "there"];
  const tags = ["B-PER", "I-PER", "O", "B-PER", "B-PER", "O"];
  expect(tokenRuns(tokens, tags)).toEqual([
    { tokens: ["Ann", "Lee"], label: "PER" },
    { tokens: ["met"], label: undefined },
    { tokens: ["Bob"], label: "PER" },
    { tokens: ["Kim"], label: "PER" },
    { tokens: ["there"], label: undefined },
  ]);
});

test("tokens are read with spaces where their language has them", () => {
  expect(joined(["Ann", "Lee"])).toBe("Ann Lee");
  expect(joined(["上", "海"])).toBe("上海");
  expect(joined(["在", "Rome", "，", "好"])).toBe("在 Rome ，好");
});
