// What a key means to a reviewer. Pure functions.

export type ReviewAct = "approve" | "reject" | "next" | "previous";

const ACTS: Record<string, ReviewAct> = {
  a: "approve",
  r: "reject",
  j: "next",
  ArrowRight: "next",
  k: "previous",
  ArrowLeft: "previous",
};

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** The act of a key; with a modifier it is the browser's. */
export function actOf(pressed: Pressed): ReviewAct | undefined {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return undefined;
  return ACTS[pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key];
}

/** Which of `lanes` a number key chooses. */
export function laneOf(pressed: Pressed, lanes: number): number | undefined {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return undefined;
  const lane = Number(pressed.key) - 1;
  return pressed.key.trim() !== "" && Number.isInteger(lane) && lane >= 0 && lane < lanes
    ? lane
    : undefined;
}
