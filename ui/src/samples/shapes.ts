// From what is drawn on pictures to paths of SVG. Pure functions.

/** COCO's compressed run lengths as numbers: clear, set, clear, ... pixels down the columns. */
export function runsOf(counts: string): number[] {
  const runs: number[] = [];
  let at = 0;
  while (at < counts.length) {
    let value = 0;
    let shift = 0;
    let more = true;
    while (more) {
      const code = counts.charCodeAt(at) - 48;
      if (Number.isNaN(code)) return runs; // it breaks off: what there is, is shown
      at += 1;
      value |= (code & 0x1f) << shift;
      shift += 5;
      more = (code & 0x20) !== 0;
      if (!more && (code & 0x10) !== 0) value |= -1 << shift;
    }
    const before = runs.length > 2 ? (runs[runs.length - 2] ?? 0) : 0;
    runs.push(value + before);
  }
  return runs;
}

/** The set pixels of a mask as upright strips; every `step`th column is drawn, `step` wide. */
export function maskPath(runs: readonly number[], height: number, step = 1): string {
  const strips: string[] = [];
  let start = 0;
  runs.forEach((length, index) => {
    const end = start + length;
    if (index % 2 === 1) addStrips(strips, start, end, height, step);
    start = end;
  });
  return strips.join("");
}

function addStrips(strips: string[], start: number, end: number, height: number, step: number) {
  const last = Math.floor((end - 1) / height);
  for (let column = Math.floor(start / height); column <= last; column += 1) {
    if (column % step !== 0) continue;
    const top = Math.max(start, column * height) - column * height;
    const bottom = Math.min(end, (column + 1) * height) - column * height;
    strips.push(`M${column} ${top}h${step}v${bottom - top}h-${step}z`);
  }
}

/** A closed polygon of x and y in turn. */
export function polygonPath(polygon: readonly number[]): string {
  const points: string[] = [];
  for (let at = 0; at + 1 < polygon.length; at += 2) points.push(`${polygon[at]} ${polygon[at + 1]}`);
  return points.length > 0 ? `M${points.join("L")}Z` : "";
}

/** The bones of a skeleton between key points that are there. */
export function bones(
  points: readonly { visibility: number }[],
  skeleton: readonly (readonly number[])[],
): [number, number][] {
  return skeleton.flatMap(([from = -1, to = -1]) => {
    const there = [from, to].every((place) => (points[place]?.visibility ?? 0) > 0);
    return there ? [[from, to] as [number, number]] : [];
  });
}
