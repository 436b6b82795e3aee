// What is heard in a recording, as bars over its length. Pure functions.

import type { DatasetSample, SampleSegment } from "../api/types";

export interface Bar {
  segment: SampleSegment;
  /** Where it begins, and how wide it is: shares of the recording, 0 to 1. */
  left: number;
  width: number;
}

export interface Lane {
  label: string;
  bars: Bar[];
}

/** How long the recording is; if nobody knows, up to the end of the last segment. */
export function lengthOf(sample: Pick<DatasetSample, "seconds" | "segments">): number {
  const ends = sample.segments.map((one) => one.end);
  return sample.seconds ?? Math.max(...ends, 0);
}

/** The segments as bars, in order of time. */
export function barsOf(segments: readonly SampleSegment[], length: number): Bar[] {
  const share = (seconds: number) => (length > 0 ? Math.min(Math.max(seconds / length, 0), 1) : 0);
  return [...segments]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((segment) => {
      const left = share(segment.start);
      return { segment, left, width: share(segment.end) - left };
    });
}

/** A row of bars for each class that is heard, in the order of the classes. */
export function lanesOf(
  segments: readonly SampleSegment[],
  length: number,
  classes: readonly string[],
): Lane[] {
  const lanes = new Map<string, Bar[]>(classes.map((label) => [label, []]));
  for (const bar of barsOf(segments, length)) {
    const { label } = bar.segment;
    lanes.set(label, [...(lanes.get(label) ?? []), bar]);
  }
  return [...lanes].flatMap(([label, bars]) => (bars.length > 0 ? [{ label, bars }] : []));
}

/** A place in a recording as players show it: `0:07.25`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds * 100);
  const rest = `${Math.floor((whole % 6000) / 100)}`.padStart(2, "0");
  return `${Math.floor(whole / 6000)}:${rest}.${`${whole % 100}`.padStart(2, "0")}`;
}
