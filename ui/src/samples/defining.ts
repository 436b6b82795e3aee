// What somebody says in the import wizard, as the definition of a dataset. Pure functions.

import type { DataFormat } from "../api/types";
import type { Key } from "../messages";
import { EMPTY, type Modality, type SourceDraft, sourceOf } from "./importing";

export interface ImportDraft extends SourceDraft {
  name: string;
  displayName: string;
  modality: Modality;
  task: string;
  target: string;
  /** Of a time series: the column that orders it. */
  time: string;
  format: string;
  /** Undefined: as is usual for such data. */
  strict: boolean | undefined;
}

export const NOTHING: ImportDraft = {
  ...EMPTY,
  name: "",
  displayName: "",
  modality: "image",
  task: "classification",
  target: "",
  time: "",
  format: "",
  strict: undefined,
};

export const TASKS: Record<Modality, readonly string[]> = {
  table: ["classification", "regression", "clustering", "forecasting"],
  image: [
    "classification", "detection", "instance_segmentation", "semantic_segmentation", "key_points",
  ],
  text: [
    "classification", "matching", "sequence_labelling", "entities", "pretraining", "instruction",
  ],
  audio: ["classification", "event_detection"],
  series: ["event_detection"],
};

/** The formats that can say that task, by name. */
export function formatsFor(
  formats: readonly DataFormat[],
  modality: string | null,
  task: string | null,
): DataFormat[] {
  return formats.filter(
    (one) => one.modality === modality && (task === null || one.tasks.includes(task)),
  );
}

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

export type MissingMeaning = Partial<Record<keyof ImportDraft, Key>>;

/** What is missing of what the data mean. */
export function missingMeaning(draft: ImportDraft): MissingMeaning {
  const missing: MissingMeaning = {};
  if (!NAME.test(draft.name)) missing.name = "import.need.name";
  if (needsTarget(draft) && !draft.target.trim()) missing.target = "import.need.target";
  if (needsTime(draft) && !draft.time.trim()) missing.time = "import.need.time";
  return missing;
}

export function needsTarget(draft: ImportDraft): boolean {
  return draft.modality === "table" && draft.task !== "clustering";
}

export function needsTime(draft: ImportDraft): boolean {
  return draft.modality === "table" && draft.task === "forecasting";
}

/** `dataset.yaml` of what was said. */
export function definitionOf(draft: ImportDraft): Record<string, unknown> {
  const definition: Record<string, unknown> = {
    name: draft.name,
    modality: draft.modality,
    task: draft.task,
    source: sourceOf(draft),
  };
  if (draft.displayName.trim()) definition.display_name = draft.displayName.trim();
  if (draft.format.trim()) definition.format = draft.format.trim();
  if (needsTarget(draft)) definition.target = draft.target.trim();
  if (needsTime(draft)) definition.time_column = draft.time.trim();
  definition.on_problem = isStrict(draft) ? "refuse" : "leave_out";
  return definition;
}

/** Whether one unusable sample stops the import: tables are strict unless it is said otherwise. */
export function isStrict(draft: ImportDraft): boolean {
  return draft.strict ?? draft.modality === "table";
}
