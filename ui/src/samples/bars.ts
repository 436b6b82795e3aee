// Small histograms: heights of bars. Pure functions.

export interface Bar {
  /** Of the width and height that there is. */
  x: number;
  width: number;
  height: number;
  count: number;
  from: number;
  to: number;
}

/** Bars of the same width, the highest as high as there is room; few are seen all the same. */
export function bars(edges: readonly number[], counts: readonly number[]): Bar[] {
  const most = Math.max(...counts, 1);
  return counts.map((count, at) => ({
    x: at / counts.length,
    width: 1 / counts.length,
    height: count === 0 ? 0 : Math.max(count / most, 0.04),
    count,
    from: edges[at] ?? 0,
    to: edges[at + 1] ?? 0,
  }));
}
