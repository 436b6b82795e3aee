// A sample as it is seen or heard: a picture with what is drawn on it, a recording with what is
// heard in it, a text with what is marked.

import { useRef, useState } from "react";

import * as routes from "../../api/routes";
import type { DatasetSample, SampleSegment } from "../../api/types";
import type { Canvas } from "../../samples/canvas";
import { useText } from "../../settings";
import { Icon } from "../Icon";
import { usePlace } from "./place";
import { Overlay } from "./Overlay";
import { SampleText } from "./SampleText";
import { Segments } from "./Segments";
import { SeriesChart } from "./SeriesChart";

interface SampleMediumProps {
  sample: DatasetSample;
  page: Canvas;
  size: "thumb" | "screen";
  hidden?: ReadonlySet<string>;
}

export function SampleMedium({ sample, page, size, hidden }: SampleMediumProps) {
  const classes = page.classes.map((one) => one.name);
  if (page.modality === "image") {
    return <Picture sample={sample} page={page} size={size} classes={classes} hidden={hidden} />;
  }
  if (page.modality === "audio") {
    return <Recording sample={sample} page={page} whole={size === "screen"} classes={classes} />;
  }
  if (page.modality === "series") {
    return <SeriesChart sample={sample} page={page} whole={size === "screen"} classes={classes} />;
  }
  return <SampleText sample={sample} classes={classes} whole={size === "screen"} />;
}

interface PictureProps extends Omit<SampleMediumProps, "hidden"> {
  classes: readonly string[];
  hidden: ReadonlySet<string> | undefined;
}

function Picture({ sample, page, size, classes, hidden }: PictureProps) {
  const t = useText();
  const place = usePlace();
  const [lost, setLost] = useState(false);
  const shape = { aspectRatio: `${sample.width ?? 1} / ${sample.height ?? 1}` };
  return (
    <span className="picture" style={shape}>
      {lost ? (
        <span className="picture-lost">
          <Icon name="alert" size={20} /> {t("sample.lost")}
        </span>
      ) : (
        <img
          src={routes.medium(place, page.version, sample.sample_id, size)}
          alt={t("sample.picture", { id: sample.sample_id })}
          width={sample.width ?? undefined}
          height={sample.height ?? undefined}
          loading="lazy"
          decoding="async"
          onError={() => setLost(true)}
        />
      )}
      <Overlay
        sample={sample}
        classes={classes}
        points={page.points}
        named={size === "screen"}
        {...(hidden ? { hidden } : {})}
      />
    </span>
  );
}

interface RecordingProps {
  sample: DatasetSample;
  page: Canvas;
  classes: readonly string[];
  whole: boolean;
}

function Recording({ sample, page, classes, whole }: RecordingProps) {
  const t = useText();
  const place = usePlace();
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState<number>();
  const heard = sample.segments.length > 0;

  function play(segment: SampleSegment) {
    if (audio.current === null) return;
    audio.current.currentTime = segment.start;
    audio.current.play().catch(() => undefined); // the player shows itself that it cannot
  }

  const player = (
    <audio
      ref={audio}
      className="recording"
      controls
      preload="none"
      src={routes.medium(place, page.version, sample.sample_id, "full")}
      aria-label={t("sample.recording", { id: sample.sample_id })}
      {...(heard ? { onTimeUpdate: (event) => setAt(event.currentTarget.currentTime) } : {})}
    />
  );
  if (!heard) return player;
  return (
    <div className="heard">
      {player}
      <Segments sample={sample} classes={classes} whole={whole} at={at} onPlay={play} />
    </div>
  );
}
