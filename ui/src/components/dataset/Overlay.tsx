// What is said of a picture, drawn over it: boxes, outlines, masks, key points.

import { useMemo } from "react";

import type { DatasetSample, KeyPoints, SampleObject } from "../../api/types";
import { colourOf } from "../../samples/colours";
import { bones, maskPath, polygonPath, runsOf } from "../../samples/shapes";

interface OverlayProps {
  sample: DatasetSample;
  classes: readonly string[];
  points: Record<string, KeyPoints>;
  /** Classes that are not drawn. */
  hidden?: ReadonlySet<string>;
  /** With the names of the classes, as there is room for. */
  named?: boolean;
}

const SMALL_COLUMNS = 240;

export function Overlay({ sample, classes, points, hidden, named = false }: OverlayProps) {
  const { width, height } = sample;
  if (!width || !height || sample.objects.length === 0) return null;
  const shown = sample.objects.filter((thing) => !hidden?.has(thing.label));
  return (
    <svg className="overlay" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {shown.map((thing, at) => (
        <Thing
          key={at}
          thing={thing}
          colour={colourOf(classes, thing.label)}
          names={points[thing.label]}
          width={width}
          height={height}
          step={named ? 1 : Math.max(1, Math.ceil(width / SMALL_COLUMNS))}
          named={named}
        />
      ))}
    </svg>
  );
}

interface ThingProps {
  thing: SampleObject;
  colour: string;
  names: KeyPoints | undefined;
  width: number;
  height: number;
  step: number;
  named: boolean;
}

function Thing({ thing, colour, names, width, height, step, named }: ThingProps) {
  const mask = useMemo(
    () => (thing.mask === null ? "" : maskPath(runsOf(thing.mask), height, step)),
    [thing.mask, height, step],
  );
  const { box } = thing;
  const outlined = thing.polygons.length > 0 || mask !== "";
  const unit = Math.max(width, height) / 100;
  return (
    <g stroke={colour} fill={colour} className={thing.crowd ? "is-crowd" : undefined}>
      {mask && <path className="shape-mask" d={mask} />}
      {thing.polygons.length > 0 && (
        <path className="shape-outline" d={thing.polygons.map(polygonPath).join("")} />
      )}
      {!outlined && (
        <rect className="shape-box" x={box.x} y={box.y} width={box.width} height={box.height} />
      )}
      {bones(thing.points, names?.skeleton ?? []).map(([from, to]) => (
        <line
          key={`${from}-${to}`}
          className="shape-bone"
          x1={thing.points[from]?.x}
          y1={thing.points[from]?.y}
          x2={thing.points[to]?.x}
          y2={thing.points[to]?.y}
        />
      ))}
      {thing.points.map(
        (point, at) =>
          point.visibility > 0 && (
            <circle
              key={at}
              className={point.visibility === 1 ? "shape-point is-hidden" : "shape-point"}
              cx={point.x}
              cy={point.y}
              r={unit * (named ? 0.7 : 1.2)}
            >
              <title>{names?.names[at] ?? String(at + 1)}</title>
            </circle>
          ),
      )}
      {named && (
        <text className="shape-name" x={box.x + unit * 0.4} y={Math.max(box.y - unit * 0.6, unit * 2.2)} fontSize={unit * 2.2}>
          {thing.label}
        </text>
      )}
    </g>
  );
}
