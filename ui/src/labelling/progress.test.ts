import { expect, test } from "vitest";

import { barOf, labelledOf, packageAddress, packageName, waitingOf } from "./progress";

const ITEMS = {
  total: 23, open: 8, draft: 1, labelled: 4, aside: 2, submitted: 0, approved: 5, excluded: 1, rejected: 2,
};
const NONE = { open: 0, draft: 0, labelled: 0, aside: 0, approved: 0, excluded: 0, rejected: 0 };

test("a bar has a part for each state that items are in", () => {
  const parts = barOf(ITEMS);
  expect(parts.map((one) => one.state)).toEqual([
    "approved", "excluded", "labelled", "aside", "rejected", "draft", "open",
  ]);
  expect(parts.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1);
  expect(barOf({ ...ITEMS, ...NONE, total: 0 })).toEqual([]);
});

test("what is rejected waits for a label again, and what is aside does not", () => {
  expect(labelledOf(ITEMS)).toBe(12);
  expect(waitingOf(ITEMS)).toBe(11);
  expect(labelledOf(ITEMS) + waitingOf(ITEMS)).toBe(ITEMS.total);
});

test("packages have an address, and a lane where there is more than one", () => {
  expect(packageAddress({ campaign: "wires", id: 7 })).toBe("/labelling/wires/packages/7");
  expect(packageName({ number: 3, lane: 0 }, 1)).toBe("3");
  expect(packageName({ number: 3, lane: 1 }, 2)).toBe("3 B");
});
