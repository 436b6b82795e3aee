// How a version came about, as its card keeps it. Pure functions.

export interface Making {
  /** The step: `data.sample`. */
  step: string;
  /** What was chosen, but for the result's name. */
  options: readonly (readonly [string, unknown])[];
}

export function makingOf(operation: Record<string, unknown> | null): Making | undefined {
  if (typeof operation?.operation !== "string") return undefined;
  const options = Object.entries((operation.options ?? {}) as Record<string, unknown>);
  return { step: operation.operation, options: options.filter(([name]) => name !== "name") };
}
