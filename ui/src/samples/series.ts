// A time series as a chart: its points from the file, its ranges over them. Pure functions.

import type { DatasetSample, SampleSegment } from "../api/types";

export interface Channel {
  name: string;
  values: readonly number[];
}

export interface Series {
  /** On the axis of the samples: seconds since 1970 for dates, else the number itself. */
  times: readonly number[];
  channels: readonly Channel[];
}

/** Width and height of a chart, in its own units. */
export const WIDE = 1000;
export const HIGH = 100;
const STEPS = 500;

/** The series in a file, as datasets keep it: commas, the time first, dates with their zone. */
export function parseSeries(text: string): Series {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const names = head.split(",").slice(1);
  const times: number[] = [];
  const columns = names.map((): number[] => []);
  for (const line of lines) {
    const cells = line.split(",");
    times.push(timeOf(cells[0] ?? ""));
    columns.forEach((column, at) => column.push(Number(cells[at + 1])));
  }
  return { times, channels: names.map((name, at) => ({ name, values: columns[at] ?? [] })) };
}

function timeOf(cell: string): number {
  const number = Number(cell);
  return Number.isNaN(number) ? Date.parse(cell) / 1000 : number;
}

/** Least and greatest value; of a level channel a little around it. */
export function boundsOf(values: readonly number[]): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least < most ? [least, most] : [least - 1, most + 1];
}

/** The points of a line; of many points the least and the greatest of each step. */
export function lineOf(times: readonly number[], values: readonly number[]): string {
  const [first = 0] = times;
  const length = (times[times.length - 1] ?? 0) - first || 1;
  const [least, most] = boundsOf(values);
  const point = (at: number) => {
    const x = (((times[at] ?? first) - first) / length) * WIDE;
    const y = HIGH - (((values[at] ?? 0) - least) / (most - least)) * HIGH;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  if (values.length <= 2 * STEPS) return values.map((_, at) => point(at)).join(" ");
  const points: string[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const begin = Math.floor((step * values.length) / STEPS);
    const end = Math.floor(((step + 1) * values.length) / STEPS);
    let low = begin;
    let high = begin;
    for (let at = begin; at < end; at += 1) {
      if ((values[at] ?? 0) < (values[low] ?? 0)) low = at;
      if ((values[at] ?? 0) > (values[high] ?? 0)) high = at;
    }
    points.push(...[...new Set([Math.min(low, high), Math.max(low, high)])].map(point));
  }
  return points.join(" ");
}

export interface Range {
  segment: SampleSegment;
  /** Shares of the series, 0 to 1. */
  left: number;
  width: number;
}

/** The ranges of a sample as shares of its series, in order of time. */
export function rangesOf(sample: Pick<DatasetSample, "first" | "last" | "segments">): Range[] {
  const first = sample.first ?? 0;
  const length = (sample.last ?? 0) - first;
  const share = (time: number) =>
    length > 0 ? Math.min(Math.max((time - first) / length, 0), 1) : 0;
  return [...sample.segments]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((segment) => {
      const left = share(segment.start);
      return { segment, left, width: share(segment.end) - left };
    });
}

/** A time as people read it; dates in UTC, as the series is kept. */
export function timeText(time: number, kind: DatasetSample["time"]): string {
  if (kind !== "date") return `${Number(time.toPrecision(12))}`;
  const text = new Date(time * 1000).toISOString().replace("T", " ").replace("Z", "");
  return text.replace(/(:00)?\.000$/, "");
}
