// Where the data of an import come from, as values of the run's form. Pure functions.

import type { Key } from "../messages";

export type SourceKind = "upload" | "url" | "path" | "sql";
export type Modality = "table" | "image" | "text" | "audio";

export interface SourceDraft {
  kind: SourceKind;
  /** Id of the upload, once it is there. */
  upload: string;
  url: string;
  path: string;
  connection: string;
  /** A table's name, or a SELECT. */
  query: string;
}

export const EMPTY: SourceDraft = {
  kind: "upload",
  upload: "",
  url: "",
  path: "",
  connection: "",
  query: "",
};

export const KINDS: readonly SourceKind[] = ["upload", "url", "path", "sql"];

export type Missing = Partial<Record<keyof SourceDraft, Key>>;

/** What is missing of where the data are. */
export function missingSource(draft: SourceDraft): Missing {
  if (draft.kind === "upload") return draft.upload ? {} : { upload: "import.need.file" };
  if (draft.kind === "url") {
    return /^https?:\/\/[^/\s]+/.test(draft.url.trim()) ? {} : { url: "import.need.url" };
  }
  if (draft.kind === "path") {
    return draft.path.trim().startsWith("/") ? {} : { path: "import.need.path" };
  }
  const missing: Missing = {};
  if (!draft.connection) missing.connection = "import.need.connection";
  if (!draft.query.trim()) missing.query = "import.need.query";
  return missing;
}

/** One word is a table's name; anything else is a SELECT. */
export function tableOrSelect(text: string): { table: string } | { select: string } {
  const bare = text.trim();
  return /\s/.test(bare) ? { select: bare } : { table: bare };
}

const OWN: Record<Modality, readonly string[]> = {
  table: ["file", "sample", "test_file"],
  image: ["folder", "archive", "sample"],
  text: ["folder", "archive", "file"],
  audio: ["folder", "archive", "file"],
};
const ELSEWHERE = ["url", "s3", "ftp", "webhdfs", "path", "sql", "upload"] as const;

/** Form values of an import run that takes its data from there, wherever the definition says. */
export function importValues(draft: SourceDraft, modality: Modality): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const place of [...OWN[modality], ...ELSEWHERE]) {
    if (place !== draft.kind) values[`source.${place}`] = null;
  }
  if (draft.kind !== "sql") return { ...values, [`source.${draft.kind}`]: draft[draft.kind].trim() };
  values["source.sql.connection"] = draft.connection;
  for (const [name, value] of Object.entries(tableOrSelect(draft.query))) {
    values[`source.sql.${name}`] = value;
  }
  return values;
}
