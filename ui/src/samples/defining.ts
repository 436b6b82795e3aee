// What somebody says in the import wizard, as the definition of a dataset. Pure functions.

import type { Key } from "../messages";
import { EMPTY, type Modality, type SourceDraft, tableOrSelect } from "./importing";

export interface ImportDraft extends SourceDraft {
  name: string;
  displayName: string;
  modality: Modality;
  task: string;
  target: string;
  format: string;
  strict: boolean;
}

export const NOTHING: ImportDraft = {
  ...EMPTY,
  name: "",
  displayName: "",
  modality: "image",
  task: "classification",
  target: "",
  format: "",
  strict: false,
};

export const TASKS: Record<Modality, readonly string[]> = {
  table: ["classification", "regression"],
  image: [
    "classification", "detection", "instance_segmentation", "semantic_segmentation", "key_points",
  ],
  text: [
    "classification", "matching", "sequence_labelling", "entities", "pretraining", "instruction",
  ],
  audio: ["classification"],
};

/** Formats that are often meant; the API knows more, and finds out which it is if none is said. */
export const FORMATS: Record<Modality, readonly string[]> = {
  table: ["csv", "tsv", "jsonl", "json", "parquet", "excel", "sqlite"],
  image: [
    "image_folders", "image_csv", "coco", "voc", "yolo", "bml_json", "bml_xml", "labelme", "cvat",
    "datumaro", "label_studio", "mask_png", "huggingface_images", "webdataset_images",
  ],
  text: [
    "text_csv", "text_jsonl", "text_folders", "bml_txt", "plain_text", "sequence_tags", "brat",
    "instructions", "huggingface_texts",
  ],
  audio: ["audio_folders", "audio_csv", "huggingface_audio", "webdataset_audio"],
};

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

export type MissingMeaning = Partial<Record<keyof ImportDraft, Key>>;

/** What is missing of what the data mean. */
export function missingMeaning(draft: ImportDraft): MissingMeaning {
  const missing: MissingMeaning = {};
  if (!NAME.test(draft.name)) missing.name = "import.need.name";
  if (draft.modality === "table" && !draft.target.trim()) missing.target = "import.need.target";
  return missing;
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
  if (draft.modality === "table") definition.target = draft.target.trim();
  else definition.max_refused = draft.strict ? 0 : 1;
  return definition;
}

function sourceOf(draft: ImportDraft): Record<string, unknown> {
  if (draft.kind !== "sql") return { [draft.kind]: draft[draft.kind].trim() };
  return { sql: { connection: draft.connection, ...tableOrSelect(draft.query) } };
}
