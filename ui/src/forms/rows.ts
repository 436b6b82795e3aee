// A row for a table service: a field per feature, a request body from what was typed.

import type { Feature } from "../api/types";
import { type Draft, type Filled, read, textOf, written } from "./reading";
import type { FieldSpec, Kind } from "./schema";

const KINDS: Record<string, Kind> = { number: "number", boolean: "choice", text: "prose" };

/** The form of one row; `help` says how a value of a type is written. */
export function rowFields(
  features: readonly Feature[],
  help: (type: string) => string = () => "",
): FieldSpec[] {
  return features.map((feature) => ({
    path: feature.name,
    name: feature.name,
    help: help(feature.type),
    section: "",
    kind: feature.categories ? "choice" : (KINDS[feature.type] ?? "text"),
    nullable: feature.missing_allowed,
    options: feature.categories ?? (feature.type === "boolean" ? [true, false] : []),
    minimum: undefined,
    maximum: undefined,
    default: null,
  }));
}

/** What the form shows for the first row of a request body. */
export function rowDraft(fields: readonly FieldSpec[], body: unknown): Draft {
  const row = firstRow(body);
  return Object.fromEntries(
    fields.map((field) => [field.path, written(field, row[field.path] ?? null)]),
  );
}

function firstRow(body: unknown): Record<string, unknown> {
  const data = (body as { data?: unknown } | null)?.data;
  const row: unknown = Array.isArray(data) ? data[0] : undefined;
  return typeof row === "object" && row !== null ? (row as Record<string, unknown>) : {};
}

/** Every feature with its value. What is empty is null, where the model takes that. */
export function filledRow(fields: readonly FieldSpec[], draft: Draft): Filled {
  const filled: Filled = { values: {}, problems: {} };
  for (const field of fields) {
    const text = textOf(draft[field.path]);
    if (text === "" && !field.nullable) filled.problems[field.path] = { key: "form.required" };
    else if (text === "") filled.values[field.path] = null;
    else {
      const found = read(field, text);
      if ("problem" in found) filled.problems[field.path] = found.problem;
      else filled.values[field.path] = found.value;
    }
  }
  return filled;
}

/** The body of `POST /predict` for one row. */
export function rowBody(row: Record<string, unknown>): unknown {
  return { data: [row] };
}

export interface Scored {
  name: string;
  score: number;
}

/** Classes with scores, the highest first, if the answer of a service has them. */
export function scores(answer: unknown): Scored[] | undefined {
  const { batch_results: rows, results } = (answer ?? {}) as Record<string, unknown>;
  if (Array.isArray(results)) return results as Scored[];
  const first: unknown = Array.isArray(rows) ? rows[0] : undefined;
  const all = (first as { probabilities?: Record<string, number> } | undefined)?.probabilities;
  if (all === undefined) return undefined;
  return Object.entries(all)
    .map(([name, score]) => ({ name, score }))
    .sort((a, b) => b.score - a.score);
}

/** The number that a regression answers with. */
export function predicted(answer: unknown): number | undefined {
  const rows = (answer as { batch_results?: unknown } | null)?.batch_results;
  const value = Array.isArray(rows) ? (rows[0] as { value?: unknown })?.value : undefined;
  return typeof value === "number" ? value : undefined;
}

/** The class that a table service decided for; its threshold may differ from one half. */
export function decided(answer: unknown): string | undefined {
  const rows = (answer as { batch_results?: unknown } | null)?.batch_results;
  const label = Array.isArray(rows) ? (rows[0] as { label?: unknown })?.label : undefined;
  return label === undefined || label === null ? undefined : String(label);
}
