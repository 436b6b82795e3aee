import { expect, test } from "vitest";

import type { DatasetSample } from "../api/types";
import { bareCanvas, canvasOf, countsOf, namesIn, sameSaid, saysSomething } from "./canvas";

const BARE: DatasetSample = {
  sample_id: "a",
  split: null,
  labels: [],
  annotated: false,
  attributes: {},
  has_medium: true,
  width: 10,
  height: 10,
  format: null,
  size: null,
  seconds: null,
  sample_rate: null,
  channels: null,
  objects: [],
  text: null,
  pair: null,
  tokens: [],
  tags: [],
  spans: [],
  relations: [],
  turns: [],
  segments: [], time: null, points: null, first: null, last: null,
};
const span = (label: string) => ({ label, start: 0, end: 1 });
const MARKED = { ...BARE, spans: [span("who"), span("where"), span("who")] };

test("new classes stand behind the dataset's own", () => {
  const page = { modality: "text", version: 2, points: {}, classes: [{ name: "who", samples: 4 }] };
  const canvas = canvasOf(page, { classes: [{ name: "when" }, { name: "who" }] });
  expect(canvas.classes.map((one) => one.name)).toEqual(["who", "when"]);
});

test("a dataset that is not seen is drawn by the specification", () => {
  const spec = { modality: "image", classes: [{ name: "who" }] };
  expect(bareCanvas({ version: 3, spec })).toEqual({
    modality: "image",
    version: 3,
    points: {},
    classes: [{ name: "who", samples: 0 }],
  });
});

test("what is said of a sample is named and counted", () => {
  expect(saysSomething(BARE)).toBe(false);
  expect(saysSomething(MARKED)).toBe(true);
  expect(countsOf(MARKED)).toEqual(["who × 2", "where"]);
  const box = { x: 0, y: 0, width: 1, height: 1 };
  const thing = { label: "disc", box, polygons: [], mask: null, points: [], crowd: false, attributes: {} };
  const drawn = { ...BARE, objects: [thing, thing] };
  expect(countsOf(drawn)).toEqual(["disc × 2"]);
  expect([...namesIn([MARKED, drawn])]).toEqual(["disc"]);
  const heard = { ...BARE, segments: [{ label: "bell", start: 0, end: 1.5 }] };
  expect(saysSomething(heard)).toBe(true);
  expect(countsOf(heard)).toEqual(["bell"]);
});

test("two revisions say the same or not, whatever the sample", () => {
  expect(sameSaid(MARKED, { ...MARKED, split: "test" })).toBe(true);
  expect(sameSaid(MARKED, BARE)).toBe(false);
  expect(sameSaid(BARE, { ...BARE, labels: ["x"] })).toBe(false);
  const heard = (end: number) => ({ ...BARE, segments: [{ label: "bell", start: 0, end }] });
  expect(sameSaid(heard(1), heard(2))).toBe(false);
});
