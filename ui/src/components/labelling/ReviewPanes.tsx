// The newest of what was said of a sample, and what was said before, side by side.

import { useState } from "react";

import type { DatasetSample, ItemRevision, LabelItemDetail } from "../../api/types";
import { namesIn, sameSaid, saysSomething } from "../../labelling/canvas";
import type { Canvas } from "../../samples/canvas";
import { useText } from "../../settings";
import { Badge } from "../Badge";
import { Legend } from "../dataset/Legend";
import { Ago } from "../Time";
import { AsideReason } from "./AsideReason";
import { NoPane, Pane } from "./Pane";

interface ReviewPanesProps {
  item: LabelItemDetail;
  canvas: Canvas;
  /** Whether things are drawn: then there is a place for their names, even of none. */
  marking: boolean;
  hidden: ReadonlySet<string>;
  onHide: (hidden: ReadonlySet<string>) => void;
}

/** The dataset's own labels, among the revisions that one can compare with. */
const DATASET = 0;

export function ReviewPanes({ item, canvas, marking, hidden, onHide }: ReviewPanesProps) {
  const t = useText();
  const [newest, ...earlier] = item.revisions;
  const [chosen, setChosen] = useState<number>();
  const others = [...earlier.map((one) => one.number), ...(newest ? [DATASET] : [])];
  const other = chosen !== undefined && others.includes(chosen) ? chosen : (others[0] ?? DATASET);
  const before = earlier.find((one) => one.number === other);
  const right = before?.sample ?? item.sample;
  const shown = newest?.sample ?? item.sample;
  const drawn = namesIn([shown, right]);
  const bare = before === undefined && (newest === undefined || !saysSomething(item.sample));
  const choice = (
    <select
      aria-label={t("review.compare")}
      value={other}
      onChange={(event) => setChosen(Number(event.target.value))}
    >
      {others.map((one) => (
        <option key={one} value={one}>
          {one === DATASET ? t("review.dataset", { version: item.version }) : t("review.revision", { n: one })}
        </option>
      ))}
    </select>
  );
  return (
    <>
      {marking && (
        <div className="review-legend">
          {drawn.size > 0 && <Legend page={canvas} hidden={hidden} onHide={onHide} only={drawn} />}
        </div>
      )}
      <div className="panes">
        <Pane
          title={
            newest ? (
              <RevisionTitle revision={newest} />
            ) : (
              <strong>{t("review.dataset", { version: item.version })}</strong>
            )
          }
          sample={shown}
          canvas={canvas}
          hidden={hidden}
        >
          {newest && <Said revision={newest} />}
        </Pane>
        {bare ? (
          <NoPane title={others.length > 0 ? choice : <span className="quiet">{t("review.before")}</span>}>
            {t(newest ? "review.first" : "review.none")}
          </NoPane>
        ) : (
          <Pane
            title={
              <>
                {choice}
                {before ? <By revision={before} /> : null}
                {newest?.aside === null && <Same a={shown} b={right} />}
              </>
            }
            sample={right}
            canvas={canvas}
            hidden={hidden}
          >
            {before && <Said revision={before} />}
          </Pane>
        )}
      </div>
    </>
  );
}

function RevisionTitle({ revision }: { revision: ItemRevision }) {
  const t = useText();
  return (
    <>
      <strong>{t("review.newest", { n: revision.number })}</strong>
      <By revision={revision} />
    </>
  );
}

function By({ revision }: { revision: ItemRevision }) {
  return (
    <>
      <span className="quiet">
        {revision.by} · <Ago time={revision.at} />
      </span>
      {revision.verdict && <Badge state={revision.verdict} kind="item.state" />}
    </>
  );
}

function Same({ a, b }: { a: DatasetSample; b: DatasetSample }) {
  const t = useText();
  return sameSaid(a, b) ? <span className="chip">{t("review.same")}</span> : null;
}

/** Why it was set aside, and what a reviewer said of a revision. */
function Said({ revision }: { revision: ItemRevision }) {
  return (
    <>
      {revision.aside !== null && <AsideReason reason={revision.aside} />}
      {revision.comment && (
        <blockquote className="review-comment">
          {revision.comment}
          {revision.reviewer && <span className="quiet"> — {revision.reviewer}</span>}
        </blockquote>
      )}
    </>
  );
}
