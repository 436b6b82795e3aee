// Which operations a dataset may go through. Pure functions.

import type { OperationShape } from "../api/types";

/** The operations that are for such data. */
export function operationsFor(
  shapes: readonly OperationShape[],
  modality: string | null,
  task: string | null,
): OperationShape[] {
  return shapes.filter((one) => fits(one.modalities, modality) && fits(one.tasks, task));
}

function fits(wanted: readonly string[], found: string | null): boolean {
  return wanted.length === 0 || found === null || wanted.includes(found);
}
