// From JSON Schema to fields, and from what was typed to values. Pure functions.

import type { Form } from "../api/types";
import type { Key, Values } from "../messages";

export type Kind =
  | "boolean"
  | "choice"
  | "integer"
  | "number"
  | "text"
  | "prose"
  /** Words, one a line; with `options`, some of those. */
  | "list"
  /** Words with words for them, one a line: `old = new`. */
  | "pairs"
  | "json";

export interface FieldSpec {
  path: string;
  name: string;
  help: string;
  section: string;
  kind: Kind;
  /** May be left empty, which is null. */
  nullable: boolean;
  options: readonly unknown[];
  minimum: Limit | undefined;
  maximum: Limit | undefined;
  default: unknown;
}

export interface Limit {
  value: number;
  exclusive: boolean;
}

export interface Problem {
  key: Key;
  values?: Values;
}

/** Path -> text as it stands in the form. */
export type Draft = Readonly<Record<string, string>>;

export type Read = { value: unknown } | { problem: Problem };

type Schema = Record<string, unknown>;

/** The form's fields in its order. */
export function fieldsOf(form: Form): FieldSpec[] {
  const listed = form.order.filter((path) => path in form.properties);
  const rest = Object.keys(form.properties).filter((path) => !listed.includes(path));
  return [...listed, ...rest].map((path) => fieldOf(path, form.properties[path] ?? {}));
}

/** Section -> fields, in the order of their first fields. */
export function sections(fields: readonly FieldSpec[]): Map<string, FieldSpec[]> {
  const found = new Map<string, FieldSpec[]>();
  for (const field of fields) {
    found.set(field.section, [...(found.get(field.section) ?? []), field]);
  }
  return found;
}

function fieldOf(path: string, schema: Schema): FieldSpec {
  const types = [schema.type ?? []].flat() as string[];
  const options = Array.isArray(schema.enum) ? schema.enum : [];
  const items = (schema.items ?? {}) as Schema;
  const kind = options.length > 0 ? "choice" : kindOf(types, schema);
  const short = path.slice(path.lastIndexOf(".") + 1);
  return {
    path,
    name: typeof schema.title === "string" && schema.title ? schema.title : short,
    help: typeof schema.description === "string" ? schema.description : "",
    section: typeof schema.section === "string" ? schema.section : "",
    kind,
    nullable: types.includes("null") || options.includes(null),
    options: [kind === "list" ? (items.enum ?? []) : options]
      .flat()
      .filter((option) => option !== null),
    minimum: limit(schema.minimum, schema.exclusiveMinimum),
    maximum: limit(schema.maximum, schema.exclusiveMaximum),
    default: schema.default ?? null,
  };
}

function kindOf(types: readonly string[], schema: Schema): Kind {
  const real = types.filter((type) => type !== "null");
  const holds = (name: string) => (schema[name] as Schema | undefined)?.type === "string";
  if (real.length === 1 && real[0] === "array" && holds("items")) return "list";
  if (real.length === 1 && real[0] === "object" && holds("additionalProperties")) return "pairs";
  if (real.length === 1 && real[0] === "boolean") return "boolean";
  if (real.length === 1 && real[0] === "integer") return "integer";
  if (real.length > 0 && real.every((type) => type === "number" || type === "integer")) {
    return "number";
  }
  return real.length === 1 && real[0] === "string" ? "text" : "json";
}

function limit(inclusive: unknown, exclusive: unknown): Limit | undefined {
  if (typeof exclusive === "number") return { value: exclusive, exclusive: true };
  if (typeof inclusive === "number") return { value: inclusive, exclusive: false };
  return undefined;
}

/** A value as the form writes it. */
export function written(field: Pick<FieldSpec, "kind">, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (field.kind === "list" && Array.isArray(value)) return value.join("\n");
  if (field.kind === "pairs") {
    return Object.entries(value as Record<string, string>)
      .map((pair) => pair.join(" = "))
      .join("\n");
  }
  if (field.kind === "json") return JSON.stringify(value, null, 2);
  return String(value);
}

/** The values that the form begins with. */
export function defaults(fields: readonly FieldSpec[]): Draft {
  return Object.fromEntries(fields.map((field) => [field.path, written(field, field.default)]));
}

/** What `text` means in `field`, or why it means nothing. */
export function read(field: FieldSpec, text: string): Read {
  const bare = text.trim();
  const words = field.kind === "text" || field.kind === "prose";
  if (field.kind === "list" && !field.nullable) return { value: linesOf(text) };
  if (field.kind === "pairs" && !field.nullable) return readPairs(text);
  if (bare === "" && !words) return readNothing(field);
  switch (field.kind) {
    case "boolean":
      return { value: bare === "true" };
    case "choice":
      return { value: field.options.find((option) => String(option) === bare) ?? bare };
    case "text":
    case "prose":
      return bare === "" && field.nullable ? { value: null } : { value: text };
    case "list":
      return { value: linesOf(text) };
    case "pairs":
      return readPairs(text);
    case "json":
      return readJson(bare);
    default:
      return readNumber(field, bare);
  }
}

function readNothing(field: FieldSpec): Read {
  return field.nullable ? { value: null } : { problem: { key: "form.required" } };
}

/** Lines without what stands around them; empty ones are none. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function readPairs(text: string): Read {
  const pairs: [string, string][] = [];
  for (const line of linesOf(text)) {
    const [old = "", ...rest] = line.split("=").map((word) => word.trim());
    const fresh = rest.join("=");
    if (!old || !fresh) return { problem: { key: "form.not.pairs" } };
    pairs.push([old, fresh]);
  }
  return { value: Object.fromEntries(pairs) };
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: { key: "form.not.json" } };
  }
}

function readNumber(field: FieldSpec, text: string): Read {
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: { key: "form.not.number" } };
  if (field.kind === "integer" && !Number.isInteger(value)) {
    return { problem: { key: "form.not.integer" } };
  }
  const { minimum: low, maximum: high } = field;
  if (low && (value < low.value || (low.exclusive && value === low.value))) {
    const key = low.exclusive ? "form.not.above" : "form.too.small";
    return { problem: { key, values: { limit: low.value } } };
  }
  if (high && (value > high.value || (high.exclusive && value === high.value))) {
    const key = high.exclusive ? "form.not.below" : "form.too.large";
    return { problem: { key, values: { limit: high.value } } };
  }
  return { value };
}

export interface Filled {
  values: Record<string, unknown>;
  problems: Record<string, Problem>;
}

/** The values that differ from their defaults; what was not touched is not sent. */
export function changed(fields: readonly FieldSpec[], draft: Draft): Filled {
  const filled: Filled = { values: {}, problems: {} };
  for (const field of fields) {
    const text = draft[field.path] ?? "";
    if (text === written(field, field.default)) continue;
    const found = read(field, text);
    if ("problem" in found) filled.problems[field.path] = found.problem;
    else if (JSON.stringify(found.value) !== JSON.stringify(field.default)) {
      filled.values[field.path] = found.value;
    }
  }
  return filled;
}
