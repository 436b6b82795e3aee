// What the pages compute of pools. Pure functions.

import type { PoolBrief } from "./api/types";

export interface Meter {
  /** Of an amount, or `slots`. */
  name: string;
  /** Null: not known now. */
  used: number | null;
  /** Null: not limited. */
  most: number | null;
  /** From 0 to 1; null where there is nothing to draw. */
  share: number | null;
}

/** The amounts that say something: what is limited or used, and the slots. */
export function meters(pool: PoolBrief): Meter[] {
  const amounts = pool.amounts
    .filter((one) => one.used > 0 || (one.quota ?? 0) > 0)
    .map((one) => meter(one.name, one.used, one.quota));
  const slots = pool.slots ? [meter("slots", pool.slots.taken, pool.slots.slots)] : [];
  return [...amounts, ...slots];
}

function meter(name: string, used: number | null, most: number | null): Meter {
  const share = used === null || most === null ? null : shareOf(used, most);
  return { name, used, most, share };
}

/** More than all of it is all of it; something of nothing, too. */
function shareOf(used: number, most: number): number {
  if (used <= 0) return 0;
  return most > 0 ? Math.min(1, used / most) : 1;
}
