// How often each class is there, from a dataset's card. Pure functions.

export interface ClassShare {
  name: string;
  samples: number;
  /** Of the most frequent class. */
  share: number;
}

/** The classes of a card with their counts, the most frequent first; none where it counts none. */
export function balanceOf(card: Record<string, unknown> | null): ClassShare[] {
  const counts = card?.class_counts;
  if (typeof counts !== "object" || counts === null) return [];
  const found = Object.entries(counts as Record<string, number>).sort((a, b) => b[1] - a[1]);
  const most = Math.max(1, ...found.map(([, samples]) => samples));
  return found.map(([name, samples]) => ({ name, samples, share: samples / most }));
}
