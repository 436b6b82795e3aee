// What was typed into fields, as the values that it means. Pure functions.

import type { Key, Values } from "../messages";
import { type Compared, type FieldSpec, KEY, type Shape, VALUE } from "./schema";
import { factOf, NO_TERMS, type Terms } from "./terms";

export interface Problem {
  key: Key;
  values?: Values;
}

/** One of a list of objects, as it stands in the form. */
export interface Row {
  shape: string;
  draft: Draft;
}

/** What stands in a field: text, or rows with fields of their own; rows may be typed as JSON. */
export type Entry = string | readonly Row[];

/** Path -> what stands there. */
export interface Draft {
  readonly [path: string]: Entry;
}

export type Read =
  | { value: unknown }
  | { problem: Problem; inside?: Record<string, Problem> };

export interface Filled {
  values: Record<string, unknown>;
  /** Path, of a field in a row `where.0.column`, -> what is wrong. */
  problems: Record<string, Problem>;
}

/** What stands in a field of text. */
export function textOf(entry: Entry | undefined): string {
  return typeof entry === "string" ? entry : "";
}

/** A value as the form shows it. */
export function written(
  field: Pick<FieldSpec, "kind" | "shapes" | "tag">,
  value: unknown,
): Entry {
  if (field.kind === "rows") return rowsFrom(field, value) ?? inJson(value);
  if (field.kind === "pairs") {
    const pairs = Object.entries((value ?? {}) as Record<string, string>);
    return pairs.map(([key, word]) => ({ shape: "", draft: { [KEY]: key, [VALUE]: word } }));
  }
  if (value === null || value === undefined) return "";
  if (Array.isArray(value) && (field.kind === "list" || field.kind === "value")) {
    return value.join("\n");
  }
  return field.kind === "json" ? inJson(value) : String(value);
}

function inJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** The values that the form begins with. */
export function defaults(fields: readonly FieldSpec[]): Draft {
  return Object.fromEntries(fields.map((field) => [field.path, written(field, field.default)]));
}

/** Whether something else stands there than at the beginning. */
export function differs(field: FieldSpec, entry: Entry): boolean {
  return JSON.stringify(entry) !== JSON.stringify(written(field, field.default));
}

/** The values that differ from their defaults; what was not touched is not sent. */
export function changed(
  fields: readonly FieldSpec[],
  draft: Draft,
  terms: Terms = NO_TERMS,
): Filled {
  const filled: Filled = { values: {}, problems: {} };
  for (const field of fields) {
    const entry = draft[field.path] ?? "";
    const needed = field.required || field.compared?.op !== undefined;
    if (!needed && !differs(field, entry)) continue;
    const found = read(field, entry, draft, terms);
    if ("problem" in found) {
      if (!found.inside) filled.problems[field.path] = found.problem;
      for (const [path, problem] of Object.entries(found.inside ?? {})) {
        filled.problems[`${field.path}.${path}`] = problem;
      }
    } else if (JSON.stringify(found.value) !== JSON.stringify(field.default)) {
      filled.values[field.path] = found.value;
    }
  }
  return filled;
}

/** The problems of what is below `path`, under their names there. */
export function problemsIn(problems: Record<string, Problem>, path: string) {
  const begin = `${path}.`;
  const inside = Object.entries(problems).filter(([name]) => name.startsWith(begin));
  return Object.fromEntries(inside.map(([name, problem]) => [name.slice(begin.length), problem]));
}

/** What `entry` means in `field`, or why it means nothing; `draft` is what stands around it. */
export function read(
  field: FieldSpec,
  entry: Entry,
  draft: Draft = {},
  terms: Terms = NO_TERMS,
): Read {
  if (field.kind === "rows") return readRows(field, entry, terms);
  if (field.kind === "pairs") return readPairs(field, entry);
  const text = textOf(entry);
  const bare = text.trim();
  if (field.kind === "value") return readValue(field, text, draft, terms);
  if (field.kind === "list" && (bare !== "" || !field.nullable)) {
    const words = linesOf(text);
    return words.length < (field.least ?? 0) ? NEEDED : { value: words };
  }
  const words = (field.kind === "text" || field.kind === "prose") && !field.required;
  if (bare === "" && !words) return field.nullable ? { value: null } : NEEDED;
  switch (field.kind) {
    case "boolean":
      return { value: bare === "true" };
    case "choice":
      return { value: field.options.find((option) => String(option) === bare) ?? bare };
    case "text":
    case "prose":
      return bare === "" && field.nullable ? { value: null } : { value: text };
    case "json":
      return readJson(bare);
    default:
      return readNumber(field, bare);
  }
}

const NEEDED: Read = { problem: { key: "form.required" } };

/** Lines without what stands around them; empty ones are none. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

export function shapeOf(field: Pick<FieldSpec, "shapes">, name: string): Shape | undefined {
  return field.shapes?.find((shape) => shape.name === name);
}

/** A row with nothing typed yet. */
export function freshRow(shape: Shape): Row {
  return { shape: shape.name, draft: defaults(shape.fields) };
}

function readRows(field: FieldSpec, entry: Entry, terms: Terms): Read {
  if (typeof entry === "string") return readListInJson(field, entry);
  if (entry.length < (field.least ?? 0)) return { problem: { key: "form.row.needed" } };
  const inside: Record<string, Problem> = {};
  const values = entry.map((row, at) => {
    const filled = changed(shapeOf(field, row.shape)?.fields ?? [], row.draft, terms);
    for (const [path, problem] of Object.entries(filled.problems)) {
      inside[`${at}.${path}`] = problem;
    }
    return { ...(field.tag ? { [field.tag]: row.shape } : {}), ...filled.values };
  });
  const [first] = Object.values(inside);
  return first ? { problem: first, inside } : { value: values };
}

function readListInJson(field: FieldSpec, text: string): Read {
  if (text.trim() === "") return field.least ? NEEDED : { value: [] };
  const found = readJson(text);
  if ("value" in found && !Array.isArray(found.value)) return { problem: { key: "form.not.list" } };
  return found;
}

/** The rows of a list of objects; none if its fields cannot show them all. */
export function rowsFrom(
  field: Pick<FieldSpec, "shapes" | "tag">,
  value: unknown,
): readonly Row[] | undefined {
  const listed = value === null || value === undefined ? [] : value;
  if (!Array.isArray(listed)) return undefined;
  const rows = listed.map((one: unknown) => rowFrom(field, one));
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

function rowFrom(field: Pick<FieldSpec, "shapes" | "tag">, value: unknown): Row | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const given = value as Record<string, unknown>;
  const shape = shapeOf(field, field.tag ? String(given[field.tag]) : "");
  if (shape === undefined) return undefined;
  const known = new Set([field.tag, ...shape.fields.map((one) => one.path)]);
  if (!Object.keys(given).every((name) => known.has(name))) return undefined;
  const shown = shape.fields.map((one) => [one.path, written(one, given[one.path] ?? one.default)]);
  return { shape: shape.name, draft: Object.fromEntries(shown) as Draft };
}

/** What stands in rows, as JSON to be typed on; `rowsFrom` is the way back. */
export function rowsInJson(field: FieldSpec, rows: readonly Row[], terms: Terms): string {
  const values = rows.map((row) => {
    const filled = changed(shapeOf(field, row.shape)?.fields ?? [], row.draft, terms);
    return { ...(field.tag ? { [field.tag]: row.shape } : {}), ...filled.values };
  });
  return inJson(values);
}

function readPairs(field: FieldSpec, entry: Entry): Read {
  const rows = typeof entry === "string" ? [] : entry;
  const inside: Record<string, Problem> = {};
  const pairs: [string, string][] = [];
  rows.forEach((row, at) => {
    const [key, word] = [KEY, VALUE].map((path) => textOf(row.draft[path]).trim());
    if (!key) inside[`${at}.${KEY}`] = { key: "form.required" };
    if (!word) inside[`${at}.${VALUE}`] = { key: "form.required" };
    if (key && pairs.some(([before]) => before === key)) {
      inside[`${at}.${KEY}`] = { key: "form.pair.twice" };
    }
    pairs.push([key ?? "", word ?? ""]);
  });
  const [first] = Object.values(inside);
  if (first) return { problem: first, inside };
  if (pairs.length < (field.least ?? 0)) return { problem: { key: "form.row.needed" } };
  return { value: Object.fromEntries(pairs) };
}

/** How a value is compared at the moment: with nothing, with a list, or with one. */
export function comparison(compared: Compared | undefined, draft: Draft): "none" | "list" | "one" {
  const op = textOf(draft[compared?.op ?? ""]);
  if (compared?.none?.includes(op)) return "none";
  return compared?.lists?.includes(op) ? "list" : "one";
}

function readValue(field: FieldSpec, text: string, draft: Draft, terms: Terms): Read {
  const how = comparison(field.compared, draft);
  if (how === "none") return { value: null };
  if (text.trim() === "") return field.compared?.op || !field.nullable ? NEEDED : { value: null };
  const [column = ""] = linesOf(textOf(draft[field.compared?.column ?? ""]));
  const kind = factOf(terms, column)?.kind ?? "any";
  const words = how === "list" ? linesOf(text) : [text.trim()];
  const values = words.map((word) => scalarOf(word, kind));
  if (values.some((value) => value === undefined)) return { problem: { key: "form.not.number" } };
  return { value: how === "list" ? values : values[0] };
}

/** A word as a column of that kind has it; where any kind fits, as JSON would, else as it is. */
function scalarOf(word: string, kind: string): unknown {
  if (kind === "text" || kind === "date") return word;
  const number = Number(word);
  if (kind === "number") return Number.isFinite(number) ? number : undefined;
  const found = readJson(word);
  return "value" in found && typeof found.value !== "object" ? found.value : word;
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
