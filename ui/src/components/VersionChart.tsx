// One metric over the versions of a model as a line; the champion's point is filled.

import { useEffect, useRef, useState } from "react";

import type { ModelVersion } from "../api/types";
import { scale, ticks } from "../chart";
import { number } from "../format";
import { series } from "../metrics";
import { useSettings } from "../settings";
import { Panel } from "./Page";

const HEIGHT = 168;
const EDGE = { top: 14, right: 18, bottom: 26, left: 62 };
const FEWEST = 2;

interface VersionChartProps {
  versions: readonly ModelVersion[];
  metric: string;
}

export function VersionChart({ versions, metric }: VersionChartProps) {
  const { t, language } = useSettings();
  const [box, width] = useWidth();
  const points = series(versions, metric);
  const values = points.map((point) => point.value);
  const lines = ticks(Math.min(...values), Math.max(...values));
  const y = scale([lines[0] ?? 0, lines.at(-1) ?? 1], [HEIGHT - EDGE.bottom, EDGE.top]);
  const x = scale([0, Math.max(1, points.length - 1)], [EDGE.left, width - EDGE.right]);
  const every = Math.ceil(points.length / Math.max(1, Math.floor(width / 60)));
  return (
    <Panel title={t("chart.title", { metric })}>
      <div ref={box} className="chart">
        {points.length < FEWEST ? (
          <p className="quiet">{t("chart.few")}</p>
        ) : (
          <svg
            width={width}
            height={HEIGHT}
            role="img"
            aria-label={points
              .map((point) => `v${point.version}: ${number(point.value, language)}`)
              .join(", ")}
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
              points={points.map((point, i) => `${x(i)},${y(point.value)}`).join(" ")}
            />
            {points.map((point, i) => (
              <g key={point.version}>
                <circle
                  className={point.champion ? "point point-champion" : "point"}
                  cx={x(i)}
                  cy={y(point.value)}
                  r={point.champion ? 5 : 3.5}
                >
                  <title>{`v${point.version}: ${number(point.value, language)}`}</title>
                </circle>
                {(i % every === 0 || point.champion) && (
                  <text className="axis" x={x(i)} y={HEIGHT - 8} textAnchor="middle">
                    v{point.version}
                  </text>
                )}
              </g>
            ))}
          </svg>
        )}
      </div>
    </Panel>
  );
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
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
