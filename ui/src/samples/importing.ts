// Where the data of an import come from, as values of the run's form. Pure functions.

import type { Key } from "../messages";

export type SourceKind = "upload" | "url" | "path" | "sql" | "s3" | "ftp" | "webhdfs";
export type Modality = "table" | "image" | "text" | "audio" | "series";

export interface SourceDraft {
  kind: SourceKind;
  /** Id of the upload, once it is there. */
  upload: string;
  url: string;
  path: string;
  connection: string;
  /** A table's name, or a SELECT. */
  query: string;
  bucket: string;
  /** A key or a path on a server; one that ends with `/` is a folder. */
  place: string;
}

export const EMPTY: SourceDraft = {
  kind: "upload",
  upload: "",
  url: "",
  path: "",
  connection: "",
  query: "",
  bucket: "",
  place: "",
};

export const KINDS: readonly SourceKind[] = [
  "upload", "url", "path", "sql", "s3", "ftp", "webhdfs",
];
/** Those that need a connection. */
export const CONNECTED: readonly SourceKind[] = ["sql", "s3", "ftp", "webhdfs"];

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
  if (draft.kind === "sql") {
    if (!draft.query.trim()) missing.query = "import.need.query";
    return missing;
  }
  const path = draft.place.trim();
  if (draft.kind === "s3") {
    if (!draft.bucket.trim()) missing.bucket = "import.need.bucket";
    if (!path) missing.place = "import.need.key";
  } else if (!path.startsWith("/")) missing.place = "import.need.path";
  return missing;
}

/** One word is a table's name; anything else is a SELECT. */
export function tableOrSelect(text: string): { table: string } | { select: string } {
  const bare = text.trim();
  return /\s/.test(bare) ? { select: bare } : { table: bare };
}

/** The source as a definition has it. */
export function sourceOf(draft: SourceDraft): Record<string, unknown> {
  const { kind, connection } = draft;
  const place = draft.place.trim();
  switch (kind) {
    case "sql":
      return { sql: { connection, ...tableOrSelect(draft.query) } };
    case "s3": {
      const within = place.endsWith("/") ? { prefix: place } : { key: place };
      return { s3: { connection, bucket: draft.bucket.trim(), ...within } };
    }
    case "ftp":
    case "webhdfs":
      return { [kind]: { connection, path: place } };
    default:
      return { [kind]: draft[kind].trim() };
  }
}

const OWN: Record<Modality, readonly string[]> = {
  table: ["file", "sample", "test_file"],
  image: ["folder", "archive", "sample"],
  text: ["folder", "archive", "file"],
  audio: ["folder", "archive", "file"],
  series: ["folder", "archive", "file"],
};
const ELSEWHERE = ["url", "s3", "ftp", "webhdfs", "path", "sql", "upload", "draft"] as const;

/** Form values of an import run that takes its data from there, wherever the definition says. */
export function importValues(draft: SourceDraft, modality: Modality): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const place of [...OWN[modality], ...ELSEWHERE]) {
    if (place !== draft.kind) values[`source.${place}`] = null;
  }
  for (const [place, value] of Object.entries(sourceOf(draft))) {
    if (typeof value === "string") values[`source.${place}`] = value;
    else {
      for (const [name, part] of Object.entries(value as Record<string, unknown>)) {
        values[`source.${place}.${name}`] = part;
      }
    }
  }
  return values;
}
