import { expect, test } from "vitest";

import { bodyOf, missing, NOTHING } from "./draft";

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
