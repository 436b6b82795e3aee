// What is heard in a recording and when: bars over its length, that play what they stand for.

import type { DatasetSample, SampleSegment } from "../../api/types";
import { colourOf } from "../../samples/colours";
import { type Bar, barsOf, clock, lanesOf, lengthOf } from "../../samples/segments";
import { timeText } from "../../samples/series";
import { useText } from "../../settings";

interface SegmentsProps {
  sample: DatasetSample;
  classes: readonly string[];
  /** A lane per class with its name; else all in one. */
  whole: boolean;
  /** Where the player is, in seconds. */
  at: number | undefined;
  onPlay: (segment: SampleSegment) => void;
}

const MOST = 500;

export function Segments({ sample, classes, whole, at, onPlay }: SegmentsProps) {
  const t = useText();
  const length = lengthOf(sample);
  const segments = sample.segments.slice(0, MOST);
  const lanes = whole
    ? lanesOf(segments, length, classes)
    : [{ label: "", bars: barsOf(segments, length) }];
  return (
    <div className="lanes" role="group" aria-label={t("sample.segments", { n: sample.segments.length })}>
      {lanes.map((lane) => (
        <div key={lane.label} className="lane">
          {lane.label && <span className="lane-name">{lane.label}</span>}
          <div className="lane-bars">
            {lane.bars.map((bar, place) => (
              <Piece key={place} bar={bar} classes={classes} onPlay={onPlay} />
            ))}
            {at !== undefined && at > 0 && length > 0 && (
              <span className="lane-at" style={{ left: `${Math.min(at / length, 1) * 100}%` }} />
            )}
          </div>
        </div>
      ))}
    </div>
  );
}

interface PieceProps {
  bar: Bar;
  classes: readonly string[];
  onPlay: (segment: SampleSegment) => void;
}

function Piece({ bar, classes, onPlay }: PieceProps) {
  const t = useText();
  const { label, start, end } = bar.segment;
  const said = t("sample.segment.play", { label, start: clock(start), end: clock(end) });
  return (
    <button
      type="button"
      className="lane-bar"
      title={said}
      aria-label={said}
      style={{
        left: `${bar.left * 100}%`,
        width: `${bar.width * 100}%`,
        "--mark": colourOf(classes, label),
      }}
      onClick={() => onPlay(bar.segment)}
    />
  );
}

/** The segments in words, in order of time. */
export function SegmentList({ sample }: { sample: DatasetSample }) {
  const bars = barsOf(sample.segments, lengthOf(sample));
  const told = (time: number) => (sample.time === null ? clock(time) : timeText(time, sample.time));
  return (
    <ul className="objects">
      {bars.slice(0, MOST).map(({ segment }, at) => (
        <li key={at}>
          {segment.label}{" "}
          <span className="quiet">
            {told(segment.start)} – {told(segment.end)}
          </span>
        </li>
      ))}
      {bars.length > MOST && <li className="quiet">…</li>}
    </ul>
  );
}
