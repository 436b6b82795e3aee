// The figures of a job as they went on: one small chart for each.

import { useEffect, useRef, useState } from "react";

import type { JobCurve } from "../../api/types";
import { scale, ticks } from "../../chart";
import { number } from "../../format";
import { useSettings } from "../../settings";

const HEIGHT = 150;
const EDGE = { top: 12, right: 14, bottom: 24, left: 58 };

export function Curves({ curves }: { curves: readonly JobCurve[] }) {
  return (
    <div className="curves">
      {curves.map((curve) => (
        <Chart key={curve.name} curve={curve} />
      ))}
    </div>
  );
}

function Chart({ curve }: { curve: JobCurve }) {
  const { t, language } = useSettings();
  const [box, width] = useWidth();
  const points = curve.points;
  const values = points.map((point) => point.value);
  const steps = points.map((point) => point.step);
  const first = steps[0] ?? 0;
  const last = steps.at(-1) ?? 1;
  const lines = ticks(Math.min(...values), Math.max(...values), 3);
  const y = scale([lines[0] ?? 0, lines.at(-1) ?? 1], [HEIGHT - EDGE.bottom, EDGE.top]);
  const x = scale([first, Math.max(last, first + 1)], [EDGE.left, width - EDGE.right]);
  const end = number(values.at(-1) ?? 0, language);
  return (
    <figure className="curve">
      <figcaption>
        <code>{curve.name}</code> <strong>{end}</strong>
      </figcaption>
      <div ref={box} className="chart">
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={t("job.curve", { name: curve.name, count: points.length, end })}
        >
          {lines.map((value) => (
            <g key={value}>
              <line className="grid" x1={EDGE.left} x2={width - EDGE.right} y1={y(value)} y2={y(value)} />
              <text className="axis" x={EDGE.left - 8} y={y(value) + 4} textAnchor="end">
                {number(value, language)}
              </text>
            </g>
          ))}
          <polyline
            className="line"
            points={points.map((point) => `${x(point.step)},${y(point.value)}`).join(" ")}
          />
          {points.length === 1 && (
            <circle className="point" cx={x(first)} cy={y(values[0] ?? 0)} r={3.5} />
          )}
          <text className="axis" x={EDGE.left} y={HEIGHT - 6} textAnchor="start">
            {number(first, language)}
          </text>
          {last > first && (
            <text className="axis" x={width - EDGE.right} y={HEIGHT - 6} textAnchor="end">
              {number(last, language)}
            </text>
          )}
        </svg>
      </div>
    </figure>
  );
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(280);
  useEffect(() => {
    if (box.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(entry.contentRect.width);
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}
