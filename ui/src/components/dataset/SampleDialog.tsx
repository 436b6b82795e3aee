// One sample, large: what it shows beside what is said of it. The arrow keys go to its neighbours.

import { useEffect } from "react";

import * as routes from "../../api/routes";
import type { DatasetSample, SamplePage } from "../../api/types";
import { bytes, duration, number, plain } from "../../format";
import { useSettings, useText } from "../../settings";
import { Dialog } from "../Dialog";
import { Facts } from "../Facts";
import { Legend } from "./Legend";
import { usePlace } from "./place";
import { SampleMedium } from "./SampleMedium";
import { SegmentList } from "./Segments";

interface SampleDialogProps {
  page: SamplePage;
  at: number;
  hidden: ReadonlySet<string>;
  onHide: (hidden: ReadonlySet<string>) => void;
  onMove: (at: number) => void;
  onClose: () => void;
}

export function SampleDialog({ page, at, hidden, onHide, onMove, onClose }: SampleDialogProps) {
  const t = useText();
  const place = usePlace();
  const sample = page.samples[at];
  const last = page.samples.length - 1;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLMediaElement) return; // there, arrows move in the recording
      if (event.key === "ArrowLeft" && at > 0) onMove(at - 1);
      if (event.key === "ArrowRight" && at < last) onMove(at + 1);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [at, last, onMove]);
  if (sample === undefined) return null;
  const drawn = new Set(sample.objects.map((thing) => thing.label));
  return (
    <Dialog
      title={sample.sample_id}
      size="full"
      onClose={onClose}
      actions={
        <>
          {sample.has_medium && (
            <a
              className="button"
              href={routes.medium(place, page.version, sample.sample_id, "full")}
              target="_blank"
              rel="noreferrer"
            >
              {t("sample.file")}
            </a>
          )}
          <span className="spread" />
          <button type="button" className="button" disabled={at === 0} onClick={() => onMove(at - 1)}>
            {t("pager.before")}
          </button>
          <button type="button" className="button" disabled={at === last} onClick={() => onMove(at + 1)}>
            {t("pager.after")}
          </button>
        </>
      }
    >
      <div className="sample-large">
        <div className="sample-stage" key={sample.sample_id}>
          <SampleMedium sample={sample} page={page} size="screen" hidden={hidden} />
        </div>
        <div className="stack">
          <SampleFacts sample={sample} />
          {drawn.size > 0 && (
            <>
              <h3>{t("sample.objects", { n: sample.objects.length })}</h3>
              <Legend page={page} hidden={hidden} onHide={onHide} only={drawn} />
              <ObjectList sample={sample} />
            </>
          )}
          {sample.segments.length > 0 && (
            <>
              <h3>{t("sample.segments", { n: sample.segments.length })}</h3>
              <SegmentList sample={sample} />
            </>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function SampleFacts({ sample }: { sample: DatasetSample }) {
  const { t, language } = useSettings();
  const { split } = sample;
  return (
    <Facts
      facts={[
        sample.labels.length > 0 && [t("diff.label"), sample.labels.join(", ")],
        split && [t("samples.part"), t(`part.${split as "train" | "validation" | "test"}`)],
        !sample.annotated && [t("state"), t("sample.waiting")],
        sample.width !== null && [t("size"), `${sample.width} × ${sample.height}`],
        sample.seconds !== null && [t("sample.seconds"), duration(sample.seconds, language)],
        sample.points !== null && [t("sample.points"), number(sample.points, language)],
        sample.sample_rate !== null && [t("sample.rate"), `${number(sample.sample_rate, language)} Hz`],
        sample.channels !== null && [t("sample.channels"), sample.channels],
        sample.format && [t("sample.format"), sample.format],
        sample.size !== null && [t("sample.bytes"), bytes(sample.size)],
        ...Object.entries(sample.attributes).map(
          ([name, value]) => [name, plain(value, language)] as const,
        ),
      ]}
    />
  );
}

const MOST = 100;

export function ObjectList({ sample }: { sample: DatasetSample }) {
  const { t, language } = useSettings();
  const rounded = (value: number) => number(Math.round(value), language);
  return (
    <ul className="objects">
      {sample.objects.slice(0, MOST).map((thing, at) => (
        <li key={at}>
          {thing.label}{" "}
          <span className="quiet">
            {rounded(thing.box.x)}, {rounded(thing.box.y)} · {rounded(thing.box.width)} ×{" "}
            {rounded(thing.box.height)}
            {thing.crowd && ` · ${t("sample.crowd")}`}
            {Object.entries(thing.attributes).map(
              ([name, value]) => ` · ${name}: ${plain(value, language)}`,
            )}
          </span>
        </li>
      ))}
      {sample.objects.length > MOST && <li className="quiet">…</li>}
    </ul>
  );
}
