// What a campaign's specification says, as pages show it. It is a document: nothing is trusted.

export interface SpecClass {
  name: string;
  title: string;
  colour: string | undefined;
  shortcut: string | undefined;
  description: string;
}

export interface SpecAttribute {
  name: string;
  kind: string;
  of: string;
  choices: string[];
}

type Document = Record<string, unknown>;

export function classesOf(spec: Document): SpecClass[] {
  return records(spec["classes"]).map((one) => ({
    name: text(one["name"]),
    title: text(one["display_name"]) || text(one["name"]),
    colour: /^#[0-9a-f]{3,8}$/i.test(text(one["colour"])) ? text(one["colour"]) : undefined,
    shortcut: text(one["shortcut"]) || undefined,
    description: text(one["description"]),
  }));
}

export function attributesOf(spec: Document): SpecAttribute[] {
  return records(spec["attributes"]).map((one) => ({
    name: text(one["display_name"]) || text(one["name"]),
    kind: text(one["kind"]),
    of: text(one["of"]),
    choices: Array.isArray(one["choices"]) ? one["choices"].map(text) : [],
  }));
}

/** The share of items that are audited, or how many. */
export function auditOf(spec: Document): { share: number } | { count: number } | undefined {
  const audit = spec["audit"];
  if (typeof audit !== "object" || audit === null) return undefined;
  const { share, count } = audit as Document;
  if (typeof count === "number") return { count };
  return typeof share === "number" ? { share } : undefined;
}

export function textOf(spec: Document, field: string): string {
  return text(spec[field]);
}

export function wordsOf(spec: Document, field: string): string[] {
  const value = spec[field];
  return Array.isArray(value) ? value.map(text).filter(Boolean) : [];
}

/** The names of people, whether they stand alone or with what they can do. */
export function peopleOf(spec: Document, field: string): string[] {
  return records(spec[field]).map((one) => text(one["name"])).filter(Boolean);
}

/** Somebody as the specification has them, with their skills; else the name alone. */
export function personOf(spec: Document, field: string, name: string): unknown {
  return records(spec[field]).find((one) => one["name"] === name) ?? name;
}

function records(value: unknown): Document[] {
  if (!Array.isArray(value)) return [];
  return value.map((one) =>
    typeof one === "object" && one !== null ? (one as Document) : { name: one },
  );
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
