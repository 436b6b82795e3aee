import { describe, expect, test } from "vitest";

import { bones, maskPath, polygonPath, runsOf } from "./shapes";

describe("run lengths", () => {
  // made with pycocotools: mask.encode(np.asfortranarray(pixels))["counts"]
  test.each([
    ["04", [0, 4]],
    ["52203", [5, 2, 2, 2, 5]],
    ["o2S36", [95, 99, 6]],
    ["Xl4n0`n1WOUn0", [5000, 30, 2000, 5, 2965]],
    ["`h9", [10000]],
  ])("%s is read", (counts, runs) => {
    expect(runsOf(counts)).toEqual(runs);
  });

  test("what breaks off gives what there is", () => {
    expect(runsOf("5o")).toEqual([5]);
    expect(runsOf("")).toEqual([]);
  });
});

describe("the path of a mask", () => {
  test("is a strip per column", () => {
    // 3 high: pixel 1 and 2 of the first column, all of the second, the first of the third
    expect(maskPath([1, 6, 2], 3)).toBe("M0 1h1v2h-1zM1 0h1v3h-1zM2 0h1v1h-1z");
  });

  test("leaves columns out where it is shown small", () => {
    expect(maskPath([0, 12], 3, 2)).toBe("M0 0h2v3h-2zM2 0h2v3h-2z");
  });

  test("is empty where nothing is set", () => {
    expect(maskPath([9], 3)).toBe("");
    expect(maskPath([], 3)).toBe("");
  });
});

test("a polygon closes itself", () => {
  expect(polygonPath([0, 0, 4, 0, 4, 3])).toBe("M0 0L4 0L4 3Z");
  expect(polygonPath([])).toBe("");
});

test("bones join points that are there", () => {
  const points = [{ visibility: 2 }, { visibility: 1 }, { visibility: 0 }];
  expect(bones(points, [[0, 1], [1, 2], [0, 9]])).toEqual([[0, 1]]);
});
