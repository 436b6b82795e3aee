// A job as the form holds it, and as the API takes it. What the form has no field for is kept.

import type { JobSpec } from "../api/types";
import type { Key } from "../messages";

export type CodeWay = "upload" | "folder" | "git" | "image";
export type DataWay = "none" | "dataset" | "upload" | "folder";

export interface Pair {
  name: string;
  value: string;
}

export interface CodeDraft {
  way: CodeWay;
  upload: string;
  folder: string;
  url: string;
  revision: string;
  path: string;
}

export interface DataDraft {
  way: DataWay;
  upload: string;
  folder: string;
  dataset: string;
  /** Empty: the latest. */
  version: string;
}

export interface JobDraft {
  name: string;
  description: string;
  command: string;
  framework: JobSpec["framework"];
  code: CodeDraft;
  train: DataDraft;
  test: DataDraft;
  parameters: readonly Pair[];
  env: readonly Pair[];
  hours: string;
  nodes: string;
  memory: string;
  /** Empty: on the platform's machine. */
  pool: string;
  size: string;
  image: string;
  serve: string;
  requirements: string;
  sample: string;
  /** What the form does not show. */
  rest: Partial<JobSpec>;
}

const NO_CODE: CodeDraft = { way: "upload", upload: "", folder: "", url: "", revision: "", path: "" };
const NO_DATA: DataDraft = { way: "none", upload: "", folder: "", dataset: "", version: "" };

export const NOTHING: JobDraft = {
  name: "",
  description: "",
  command: "",
  framework: "other",
  code: NO_CODE,
  train: NO_DATA,
  test: NO_DATA,
  parameters: [],
  env: [],
  hours: "24",
  nodes: "1",
  memory: "",
  pool: "",
  size: "",
  image: "",
  serve: "",
  requirements: "",
  sample: "",
  rest: {},
};

export const FRAMEWORKS = [
  "other",
  "pytorch",
  "sklearn",
  "xgboost",
  "onnx",
  "tensorflow",
  "paddle",
] as const;

export type Missing = Partial<
  Record<"name" | "command" | "code" | "train" | "test" | "hours" | "nodes" | "memory" | "serve", Key>
>;

const MOST_HOURS = 168;
const MOST_NODES = 16;
const NAME_LENGTH = 50;

/** What must be filled in or corrected before it can be sent. */
export function missing(draft: JobDraft): Missing {
  const found: Missing = {};
  const name = draft.name.trim();
  if (name === "" || name.length > NAME_LENGTH) found.name = "job.name.needed";
  if (draft.command.trim() === "") found.command = "job.command.needed";
  if (!hasCode(draft)) found.code = draft.code.way === "image" ? "job.image.needed" : "job.code.needed";
  if (!hasData(draft.train)) found.train = "job.data.needed";
  if (!hasData(draft.test)) found.test = "job.data.needed";
  const hours = Number(draft.hours);
  if (!(hours > 0 && hours <= MOST_HOURS)) found.hours = "job.hours.needed";
  const nodes = Number(draft.nodes);
  if (!(Number.isInteger(nodes) && nodes >= 1 && nodes <= MOST_NODES)) found.nodes = "job.nodes.needed";
  if (draft.pool === "" && draft.memory.trim() !== "" && !(Number(draft.memory) >= 64)) {
    found.memory = "job.memory.needed";
  }
  if (draft.serve.trim() === "" && (draft.sample + draft.requirements).trim() !== "") {
    found.serve = "job.serve.needed";
  }
  return found;
}

function hasCode({ code, pool, image }: JobDraft): boolean {
  if (code.way === "image") return pool !== "" && image.trim() !== "";
  if (code.way === "git") return code.url.trim() !== "";
  return code[code.way].trim() !== "";
}

function hasData(data: DataDraft): boolean {
  return data.way === "none" || data[data.way].trim() !== "";
}

/** The fields of a job's document. */
export function specOf(draft: JobDraft): Record<string, unknown> {
  const pods = draft.pool !== "";
  const { resources, code, train_data, test_data, serving, memory_mb, ...rest } = draft.rest;
  return {
    ...rest,
    command: draft.command.trim(),
    framework: draft.framework,
    hours: Number(draft.hours),
    nodes: Number(draft.nodes),
    parameters: Object.fromEntries(named(draft.parameters).map((one) => [one.name, valueOf(one.value)])),
    env: Object.fromEntries(named(draft.env).map((one) => [one.name, one.value])),
    runner: pods ? "kubernetes" : "process",
    ...given("code", codeOf(draft.code, code)),
    ...given("train_data", dataOf(draft.train, train_data)),
    ...given("test_data", dataOf(draft.test, test_data)),
    ...given("serving", servingOf(draft)),
    ...(pods
      ? { resources: { ...resources, pool: draft.pool, size: text(draft.size), image: text(draft.image) } }
      : given("memory_mb", draft.memory.trim() === "" ? undefined : Number(draft.memory))),
  };
}

/** The form of a job that is there. */
export function draftOf(job: { name: string; description: string; spec: Record<string, unknown> }): JobDraft {
  const spec = job.spec as Partial<JobSpec>;
  return {
    name: job.name,
    description: job.description,
    command: spec.command ?? "",
    framework: spec.framework ?? "other",
    code: codeDraft(spec.code),
    train: dataDraft(spec.train_data),
    test: dataDraft(spec.test_data),
    parameters: pairs(spec.parameters),
    env: pairs(spec.env),
    hours: String(spec.hours ?? 24),
    nodes: String(spec.nodes ?? 1),
    memory: spec.memory_mb ? String(spec.memory_mb) : "",
    pool: spec.resources?.pool ?? "",
    size: spec.resources?.size ?? "",
    image: spec.resources?.image ?? "",
    serve: spec.serving?.module ?? "",
    requirements: (spec.serving?.requirements ?? []).join("\n"),
    sample: spec.serving?.sample ?? "",
    rest: spec,
  };
}

function codeDraft(code: JobSpec["code"] | undefined): CodeDraft {
  if (!code) return { ...NO_CODE, way: "image" };
  if (code.upload) return { ...NO_CODE, way: "upload", upload: code.upload };
  if (code.folder) return { ...NO_CODE, way: "folder", folder: code.folder };
  const git = code.git;
  return {
    ...NO_CODE,
    way: "git",
    url: git?.url ?? "",
    revision: git?.revision ?? "",
    path: git?.path ?? "",
  };
}

function dataDraft(data: JobSpec["train_data"] | undefined): DataDraft {
  if (!data) return NO_DATA;
  if (data.upload) return { ...NO_DATA, way: "upload", upload: data.upload };
  if (data.folder) return { ...NO_DATA, way: "folder", folder: data.folder };
  const [dataset = "", version = ""] = (data.dataset ?? "").split("@v");
  return { ...NO_DATA, way: "dataset", dataset, version };
}

function codeOf(code: CodeDraft, before: JobSpec["code"] | undefined): Record<string, unknown> | undefined {
  if (code.way === "image") return undefined;
  if (code.way !== "git") return { [code.way]: code[code.way].trim() };
  const url = code.url.trim();
  const connection = before?.git?.url === url ? before.git.connection : undefined; // a key of that server
  return {
    git: {
      url,
      ...given("revision", text(code.revision)),
      ...given("path", text(code.path)),
      ...given("connection", connection),
    },
  };
}

function dataOf(data: DataDraft, before: JobSpec["train_data"] | undefined) {
  if (data.way === "none") return undefined;
  if (data.way !== "dataset") return { [data.way]: data[data.way].trim() };
  const dataset = data.version === "" ? data.dataset : `${data.dataset}@v${data.version}`;
  const kept = before?.dataset ? { ...given("part", before.part), ...given("format", before.format) } : {};
  return { ...kept, dataset };
}

function servingOf({ serve, requirements, sample }: JobDraft) {
  if (serve.trim() === "") return undefined;
  const lines = requirements.split("\n").map((line) => line.trim());
  return {
    module: serve.trim(),
    requirements: lines.filter((line) => line !== ""),
    ...given("sample", text(sample)),
  };
}

function named(rows: readonly Pair[]): Pair[] {
  return rows.map((row) => ({ ...row, name: row.name.trim() })).filter((row) => row.name !== "");
}

/** A number or a truth value where it reads as one. */
function valueOf(word: string): string | number | boolean {
  if (word === "true" || word === "false") return word === "true";
  return word.trim() !== "" && String(Number(word)) === word.trim() ? Number(word) : word;
}

function pairs(values: Record<string, unknown> | undefined): Pair[] {
  return Object.entries(values ?? {}).map(([name, value]) => ({ name, value: String(value) }));
}

function text(word: string): string | undefined {
  return word.trim() === "" ? undefined : word.trim();
}

function given<T>(name: string, value: T | null | undefined): Record<string, T> {
  return value === undefined || value === null ? {} : { [name]: value };
}
