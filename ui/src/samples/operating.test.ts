import { expect, test } from "vitest";

import type { OperationShape } from "../api/types";
import { operationsFor } from "./operating";

const shape = (name: string, modalities: string[], tasks: string[] = []) =>
  ({ name, modalities, tasks }) as unknown as OperationShape;

test("operations are offered to the data that they are for", () => {
  const shapes = [
    shape("sample", []),
    shape("augment", ["image"]),
    shape("relabel", [], ["classification"]),
  ];
  const names = (modality: string | null, task: string | null) =>
    operationsFor(shapes, modality, task).map((one) => one.name);
  expect(names("image", "detection")).toEqual(["sample", "augment"]);
  expect(names("table", "classification")).toEqual(["sample", "relabel"]);
  expect(names("table", "regression")).toEqual(["sample"]);
  expect(names(null, null)).toEqual(["sample", "augment", "relabel"]);
});
