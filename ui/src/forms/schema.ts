// From JSON Schema to fields. Pure functions; what was typed is read in `reading.ts`.

import type { Form } from "../api/types";

export type Kind =
  | "boolean"
  | "choice"
  | "integer"
  | "number"
  | "text"
  | "prose"
  /** A number, a word or yes and no, as what it is compared with wants it. */
  | "value"
  /** Words, one a line; with `options`, some of those. */
  | "list"
  /** Words with words for them. */
  | "pairs"
  /** Objects with fields of their own, one after the other. */
  | "rows"
  | "json";

export interface FieldSpec {
  path: string;
  name: string;
  help: string;
  section: string;
  kind: Kind;
  /** May be left empty, which is null. */
  nullable: boolean;
  /** Must be given. */
  required?: boolean;
  /** Of lists, pairs and rows: how many at least. */
  least?: number;
  options: readonly unknown[];
  minimum: Limit | undefined;
  maximum: Limit | undefined;
  default: unknown;
  /** Which names of a version it may hold; see `terms.ts`. */
  suggests?: string | undefined;
  /** Of rows and pairs: what a row may be. */
  shapes?: readonly Shape[];
  /** Of rows: the property that says which shape. */
  tag?: string | undefined;
  compared?: Compared | undefined;
}

/** What a row of a list may be. */
export interface Shape {
  /** The value of the tag; empty where all rows are of one shape. */
  name: string;
  help: string;
  fields: readonly FieldSpec[];
}

/** What a value is compared with, by which field of the same row. */
export interface Compared {
  column: string;
  op?: string;
  /** Comparisons with a list, and with nothing. */
  lists?: readonly string[];
  none?: readonly string[];
}

export interface Limit {
  value: number;
  exclusive: boolean;
}

type Schema = Record<string, unknown>;

export const KEY = "key";
export const VALUE = "value";

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

/** The last word of a field's path. */
export function shortName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function fieldOf(path: string, schema: Schema): FieldSpec {
  const types = [schema.type ?? []].flat() as string[];
  const options = Array.isArray(schema.enum) ? schema.enum : [];
  const items = (schema.items ?? {}) as Schema;
  const kind = options.length > 0 ? "choice" : kindOf(types, schema);
  return {
    path,
    name: wordOf(schema.title) || shortName(path),
    help: wordOf(schema.description),
    section: wordOf(schema.section),
    kind,
    nullable: types.includes("null") || options.includes(null),
    required: schema.required === true,
    least: Number(schema.minItems ?? schema.minProperties ?? 0),
    options: [kind === "list" ? (items.enum ?? []) : options]
      .flat()
      .filter((option) => option !== null),
    minimum: limit(schema.minimum, schema.exclusiveMinimum),
    maximum: limit(schema.maximum, schema.exclusiveMaximum),
    default: schema.default ?? null,
    suggests: wordOf(schema.suggests) || undefined,
    shapes: kind === "rows" ? shapesOf(items) : kind === "pairs" ? [pairOf(schema)] : [],
    tag: wordOf(items.tag) || undefined,
    compared: schema.compared as Compared | undefined,
  };
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function kindOf(types: readonly string[], schema: Schema): Kind {
  const real = types.filter((type) => type !== "null");
  const items = (schema.items ?? {}) as Schema;
  const holds = (name: string) => (schema[name] as Schema | undefined)?.type === "string";
  if (real.length === 1 && real[0] === "array") {
    if (holds("items")) return "list";
    return "oneOf" in items || "properties" in items ? "rows" : "json";
  }
  if (real.length === 1 && real[0] === "object" && holds("additionalProperties")) return "pairs";
  if (real.length === 1 && real[0] === "boolean") return "boolean";
  if (real.length === 1 && real[0] === "integer") return "integer";
  if (real.length > 0 && real.every((type) => type === "number" || type === "integer")) {
    return "number";
  }
  if (real.length > 1 && real.includes("string")) return "value";
  return real.length === 1 && real[0] === "string" ? "text" : "json";
}

function shapesOf(items: Schema): Shape[] {
  const tag = wordOf(items.tag);
  const objects = (Array.isArray(items.oneOf) ? items.oneOf : [items]) as Schema[];
  return objects.map((schema) => {
    const properties = (schema.properties ?? {}) as Record<string, Schema>;
    const fields = fieldsOf({ properties, order: (schema.order ?? []) as string[] });
    const said = fields.find((field) => field.path === tag);
    return {
      name: String(said?.options[0] ?? ""),
      help: wordOf(schema.description),
      fields: fields.filter((field) => field !== said),
    };
  });
}

/** Two words; a page names them. */
function pairOf(schema: Schema): Shape {
  const text = (path: string, suggests: unknown) =>
    fieldOf(path, { type: "string", required: true, suggests });
  return {
    name: "",
    help: "",
    fields: [text(KEY, schema.suggests), text(VALUE, schema.suggests_for)],
  };
}

function limit(inclusive: unknown, exclusive: unknown): Limit | undefined {
  if (typeof exclusive === "number") return { value: exclusive, exclusive: true };
  if (typeof inclusive === "number") return { value: inclusive, exclusive: false };
  return undefined;
}
