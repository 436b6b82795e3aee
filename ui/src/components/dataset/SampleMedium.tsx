// A sample as it is seen or heard: picture with what is drawn on it, text with what is marked.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { DatasetSample } from "../../api/types";
import type { Canvas } from "../../samples/canvas";
import { useText } from "../../settings";
import { Icon } from "../Icon";
import { usePlace } from "./place";
import { Overlay } from "./Overlay";
import { SampleText } from "./SampleText";

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
  if (page.modality === "audio") return <Recording sample={sample} page={page} />;
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

function Recording({ sample, page }: { sample: DatasetSample; page: Canvas }) {
  const t = useText();
  const place = usePlace();
  const address = routes.medium(place, page.version, sample.sample_id, "full");
  return (
    <audio
      className="recording"
      controls
      preload="none"
      src={address}
      aria-label={t("sample.recording", { id: sample.sample_id })}
    />
  );
}
