import { expect, test } from "vitest";

import { bodyOf, draftOf, missing, NOTHING } from "./draft";

const READY = { ...NOTHING, dataset: "wires" };

test("a campaign needs a dataset and nothing else", () => {
  expect(missing(NOTHING)).toEqual({ dataset: "campaign.dataset.needed" });
  expect(missing(READY)).toEqual({});
  expect(bodyOf(READY)).toEqual({ dataset: "wires", version: null, name: null, spec: {} });
});

test("numbers are within their bounds", () => {
  for (const packageSize of ["0", "1.5", "1001", "x"]) {
    expect(missing({ ...READY, packageSize })).toHaveProperty("packageSize");
  }
  for (const overlap of ["0", "6"]) expect(missing({ ...READY, overlap })).toHaveProperty("overlap");
  for (const audit of ["-1", "101"]) expect(missing({ ...READY, audit })).toHaveProperty("audit");
  for (const hours of ["0", "soon"]) expect(missing({ ...READY, hours })).toHaveProperty("hours");
  expect(missing({ ...READY, audit: "0", hours: "0.5", name: "Wires!" })).toEqual({
    name: "import.name.help",
  });
});

test("what was typed is asked for, and what was not stays as the file has it", () => {
  const body = bodyOf({
    ...READY,
    version: "3",
    name: "night",
    audit: "0",
    overlap: "2",
    annotators: "anna\n ben \nanna\n",
    assignment: "by_skill",
    skills: "night",
  });
  expect(body).toEqual({
    dataset: "wires",
    version: 3,
    name: "night",
    spec: {
      audit: { share: 0 },
      overlap: 2,
      annotators: ["anna", "ben"],
      assignment: "by_skill",
      skills: ["night"],
    },
  });
});

test("skills belong to giving out by skills alone", () => {
  expect(bodyOf({ ...READY, skills: "night" }).spec).toEqual({});
});

const FILE = {
  samples: "waiting",
  existing: "suggestion",
  package_size: 25,
  overlap: 1,
  consensus: "majority",
  audit: { share: 0.07, count: null },
  assignment: "by_skill",
  annotators: [
    { name: "anna", skills: ["night"] },
    { name: "ben", skills: [] },
  ],
  reviewers: ["rita"],
  skills: ["night"],
  hours: 72,
  instructions: "Look closely.",
};
const FILLED = { ...draftOf(FILE), dataset: "wires" };

test("the file fills the form in, and what it says is not asked for again", () => {
  expect(FILLED).toMatchObject({ packageSize: "25", overlap: "1", audit: "7", hours: "72" });
  expect(FILLED).toMatchObject({ annotators: "anna\nben", reviewers: "rita", assignment: "by_skill" });
  expect(missing(FILLED)).toEqual({});
  expect(bodyOf(FILLED, FILE).spec).toEqual({});
  expect(draftOf({ audit: { share: null, count: 3 }, hours: null })).toMatchObject({ audit: "", hours: "" });
});

test("what is changed is asked for; people keep what they can do", () => {
  const changed = { ...FILLED, packageSize: "10", annotators: "anna\ncarl", audit: "12.5" };
  expect(bodyOf(changed, FILE).spec).toEqual({
    package_size: 10,
    audit: { share: 0.125 },
    annotators: [{ name: "anna", skills: ["night"] }, "carl"],
  });
  const turns = { ...FILLED, assignment: "round_robin" };
  expect(bodyOf(turns, FILE).spec).toEqual({ assignment: "round_robin", skills: [] });
});

test("what is emptied is none, or stays where there must be some", () => {
  const emptied = { ...FILLED, hours: "", reviewers: "", instructions: "", packageSize: "" };
  expect(bodyOf(emptied, FILE).spec).toEqual({ hours: null, reviewers: [], instructions: "" });
});
