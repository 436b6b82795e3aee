import { expect, test } from "vitest";

import { barsOf, clock, lanesOf, lengthOf } from "./segments";

const heard = (label: string, start: number, end: number) => ({ label, start, end });
const SEGMENTS = [heard("dog", 2, 4), heard("cat", 1, 3), heard("dog", 0, 1)];

test("bars are shares of the recording, in order of time", () => {
  const bars = barsOf(SEGMENTS, 4);
  expect(bars.map(({ segment, left, width }) => [segment.label, left, width])).toEqual([
    ["dog", 0, 0.25],
    ["cat", 0.25, 0.5],
    ["dog", 0.5, 0.5],
  ]);
  expect(barsOf([heard("cat", 3, 9)], 4)[0]).toMatchObject({ left: 0.75, width: 0.25 });
});

test("each class that is heard has a lane, in the order of the classes", () => {
  const lanes = lanesOf([...SEGMENTS, heard("new", 0, 1)], 4, ["cat", "cow", "dog"]);
  expect(lanes.map((lane) => [lane.label, lane.bars.length])).toEqual([
    ["cat", 1],
    ["dog", 2],
    ["new", 1],
  ]);
});

test("a recording of unknown length goes up to the last segment", () => {
  expect(lengthOf({ seconds: 5, segments: SEGMENTS })).toBe(5);
  expect(lengthOf({ seconds: null, segments: SEGMENTS })).toBe(4);
  expect(lengthOf({ seconds: null, segments: [] })).toBe(0);
});

test("places are shown as players show them", () => {
  expect([0, 7.254, 59.999, 61.5, 3600].map(clock)).toEqual([
    "0:00.00", "0:07.25", "1:00.00", "1:01.50", "60:00.00",
  ]);
});
