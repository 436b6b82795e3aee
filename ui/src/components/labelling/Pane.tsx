// A sample with what somebody said of it, beside others of the same sample.

import type { ReactNode } from "react";

import type { DatasetSample } from "../../api/types";
import { plain } from "../../format";
import { countsOf, saysSomething } from "../../labelling/canvas";
import type { Canvas } from "../../samples/canvas";
import { useSettings } from "../../settings";
import { ObjectList } from "../dataset/SampleDialog";
import { SampleMedium } from "../dataset/SampleMedium";
import { SegmentList } from "../dataset/Segments";

interface PaneProps {
  title: ReactNode;
  sample: DatasetSample;
  canvas: Canvas;
  hidden: ReadonlySet<string>;
  children?: ReactNode;
}

export function Pane({ title, sample, canvas, hidden, children }: PaneProps) {
  return (
    <section className="pane">
      <header className="pane-head">{title}</header>
      <div className="pane-stage" key={sample.sample_id} tabIndex={0} role="group" aria-label={sample.sample_id}>
        <SampleMedium sample={sample} page={canvas} size="screen" hidden={hidden} />
      </div>
      <Said sample={sample} />
      {children}
    </section>
  );
}

/** A place of the same size where there is nothing to compare with. */
export function NoPane({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section className="pane">
      <header className="pane-head">{title}</header>
      <div className="pane-stage is-bare quiet">{children}</div>
    </section>
  );
}

/** Labels, counts of what is drawn, and further facts, in words. */
function Said({ sample }: { sample: DatasetSample }) {
  const { t, language } = useSettings();
  const facts = Object.entries(sample.attributes);
  return (
    <div className="pane-said">
      {[...sample.labels, ...countsOf(sample)].map((label) => (
        <span key={label} className="chip">
          {label}
        </span>
      ))}
      {facts.map(([name, value]) => (
        <span key={name} className="quiet">
          {name}: {plain(value, language)}
        </span>
      ))}
      {!saysSomething(sample) && <span className="quiet">{t("review.nothing")}</span>}
      {sample.objects.length > 0 && (
        <details>
          <summary>{t("sample.objects", { n: sample.objects.length })}</summary>
          <ObjectList sample={sample} />
        </details>
      )}
      {sample.segments.length > 0 && (
        <details>
          <summary>{t("sample.segments", { n: sample.segments.length })}</summary>
          <SegmentList sample={sample} />
        </details>
      )}
    </div>
  );
}

