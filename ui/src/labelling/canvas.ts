// On what a sample of a campaign is drawn: the classes of its dataset, and new ones. Pure.

import type { Campaign, DatasetSample } from "../api/types";
import type { Canvas } from "../samples/canvas";
import { classesOf, textOf } from "./spec";

/** The canvas of a campaign; classes that the dataset has not yet stand behind its own. */
export function canvasOf(page: Canvas, spec: Record<string, unknown>): Canvas {
  const known = new Set(page.classes.map((one) => one.name));
  const added = classesOf(spec).filter((one) => !known.has(one.name));
  return {
    modality: page.modality,
    version: page.version,
    classes: [...page.classes, ...added.map((one) => ({ name: one.name, samples: 0 }))],
    points: page.points,
  };
}

/** The canvas as the specification alone describes it. */
export function bareCanvas(campaign: Pick<Campaign, "version" | "spec">): Canvas {
  const { version, spec } = campaign;
  return canvasOf({ modality: textOf(spec, "modality"), version, classes: [], points: {} }, spec);
}

/** Whether anything is said of a sample. */
export function saysSomething(sample: DatasetSample): boolean {
  const { labels, objects, spans, relations, tags, segments } = sample;
  const lists = [labels, objects, spans, relations, tags, segments];
  return lists.some((list) => list.length > 0);
}

/** Names of what is drawn on samples: the legend can hide them. */
export function namesIn(samples: readonly DatasetSample[]): Set<string> {
  return new Set(samples.flatMap((one) => one.objects.map((thing) => thing.label)));
}

/** What is drawn on or marked in a sample, as `insulator × 3`. */
export function countsOf(sample: DatasetSample): string[] {
  const counted = new Map<string, number>();
  for (const { label } of [...sample.objects, ...sample.spans, ...sample.segments]) {
    counted.set(label, (counted.get(label) ?? 0) + 1);
  }
  return [...counted].map(([label, n]) => (n > 1 ? `${label} × ${n}` : label));
}

/** Whether the same is said of a sample twice. */
export function sameSaid(a: DatasetSample, b: DatasetSample): boolean {
  const said = (one: DatasetSample) => [
    one.labels, one.objects, one.spans, one.relations, one.tags, one.segments, one.attributes,
  ];
  return JSON.stringify(said(a)) === JSON.stringify(said(b));
}
