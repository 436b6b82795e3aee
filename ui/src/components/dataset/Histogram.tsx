// How values lie, in little room.

import { number } from "../../format";
import { bars } from "../../samples/bars";
import type { ColumnProfile } from "../../samples/profile";
import { useSettings } from "../../settings";

const WIDTH = 120;
const HEIGHT = 32;

interface HistogramProps {
  edges: readonly number[];
  counts: readonly number[];
  label: string;
}

export function Histogram({ edges, counts, label }: HistogramProps) {
  const { t, language } = useSettings();
  const n = (value: number) => number(value, language);
  const [first = 0, last = 0] = [edges[0], edges.at(-1)];
  return (
    <span className="histogram">
      <svg
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={t("histogram", { name: label, min: n(first), max: n(last) })}
      >
        {bars(edges, counts).map((bar) => (
          <rect
            key={bar.x}
            x={bar.x * WIDTH + 0.5}
            y={HEIGHT - bar.height * HEIGHT}
            width={Math.max(bar.width * WIDTH - 1, 1)}
            height={bar.height * HEIGHT}
          >
            <title>{`${n(bar.from)} – ${n(bar.to)}: ${n(bar.count)}`}</title>
          </rect>
        ))}
      </svg>
      <span className="histogram-ends">
        <span>{n(first)}</span>
        <span>{n(last)}</span>
      </span>
    </span>
  );
}

const MOST = 3;

/** The most frequent values with their shares. */
export function TopValues({ profile }: { profile: ColumnProfile }) {
  const { t, language } = useSettings();
  const most = Math.max(1, profile.count);
  const rest = profile.distinct - Math.min(MOST, profile.top.length);
  return (
    <span className="top-values">
      {profile.top.slice(0, MOST).map((one) => (
        <span key={one.value} className="top-value" title={`${one.value}: ${number(one.count, language)}`}>
          <span className="top-bar" style={{ width: `${(one.count / most) * 100}%` }} />
          <span className="top-name">{one.value}</span>
        </span>
      ))}
      {rest > 0 && <span>{t("table.more", { n: number(rest, language) })}</span>}
    </span>
  );
}
