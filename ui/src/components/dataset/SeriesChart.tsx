// A time series: a line per channel, and its ranges in the colours of their classes.

import { useMemo } from "react";

import * as routes from "../../api/routes";
import type { DatasetSample } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import type { Canvas } from "../../samples/canvas";
import { colourOf } from "../../samples/colours";
import {
  boundsOf,
  type Channel,
  HIGH,
  lineOf,
  parseSeries,
  type Range,
  rangesOf,
  timeText,
  WIDE,
} from "../../samples/series";
import { useSettings, useText } from "../../settings";
import { number } from "../../format";
import { Icon } from "../Icon";
import { keyOf, usePlace } from "./place";

interface SeriesProps {
  sample: DatasetSample;
  page: Canvas;
  classes: readonly string[];
  /** The lines too; else the ranges alone, so that a list loads no files. */
  whole: boolean;
}

export function SeriesChart({ sample, page, classes, whole }: SeriesProps) {
  const t = useText();
  const ranges = rangesOf(sample);
  const { first, last } = sample;
  return (
    <span className="series" role="group" aria-label={t("sample.series", { id: sample.sample_id })}>
      {whole ? (
        <Lines sample={sample} page={page} classes={classes} ranges={ranges} />
      ) : (
        <svg className="series-strip" viewBox={`0 0 ${WIDE} 10`} preserveAspectRatio="none">
          <Ranges ranges={ranges} classes={classes} sample={sample} high={10} />
        </svg>
      )}
      {first !== null && last !== null && (
        <span className="series-ends quiet">
          <span>{timeText(first, sample.time)}</span>
          <span>{timeText(last, sample.time)}</span>
        </span>
      )}
    </span>
  );
}

interface LinesProps extends Omit<SeriesProps, "whole"> {
  ranges: readonly Range[];
}

function Lines({ sample, page, classes, ranges }: LinesProps) {
  const t = useText();
  const place = usePlace();
  const key = keyOf(place, "series", page.version, sample.sample_id);
  const asked = usePoll(
    key,
    (signal) => routes.series(place, page.version, sample.sample_id, signal),
    0,
  );
  const series = useMemo(() => asked.data === undefined ? undefined : parseSeries(asked.data), [asked.data]);
  if (asked.error !== undefined) {
    return (
      <span className="series-lost">
        <Icon name="alert" size={20} /> {t("sample.lost")}
      </span>
    );
  }
  if (series === undefined) return <span className="waiting">…</span>;
  return (
    <>
      {series.channels.map((channel) => (
        <Line
          key={channel.name}
          channel={channel}
          times={series.times}
          ranges={ranges}
          classes={classes}
          sample={sample}
        />
      ))}
    </>
  );
}

interface LineProps {
  channel: Channel;
  times: readonly number[];
  ranges: readonly Range[];
  classes: readonly string[];
  sample: DatasetSample;
}

function Line({ channel, times, ranges, classes, sample }: LineProps) {
  const { language } = useSettings();
  const points = useMemo(() => lineOf(times, channel.values), [times, channel]);
  const [least, most] = useMemo(() => boundsOf(channel.values), [channel]);
  return (
    <span className="series-channel">
      <span className="lane-name">
        {channel.name}{" "}
        <span className="quiet">
          {number(least, language)} – {number(most, language)}
        </span>
      </span>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden>
        <Ranges ranges={ranges} classes={classes} sample={sample} high={HIGH} />
        <polyline points={points} vectorEffect="non-scaling-stroke" />
      </svg>
    </span>
  );
}

interface RangesProps {
  ranges: readonly Range[];
  classes: readonly string[];
  sample: DatasetSample;
  high: number;
}

function Ranges({ ranges, classes, sample, high }: RangesProps) {
  return (
    <>
      {ranges.map(({ segment, left, width }, at) => (
        <rect
          key={at}
          x={left * WIDE}
          width={Math.max(width * WIDE, 1)}
          height={high}
          style={{ fill: colourOf(classes, segment.label) }}
        >
          <title>
            {`${segment.label}: ${timeText(segment.start, sample.time)} – ${timeText(segment.end, sample.time)}`}
          </title>
        </rect>
      ))}
    </>
  );
}
