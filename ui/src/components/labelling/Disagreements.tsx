// Samples that their annotators did not label alike, one at a time: an adjudicator picks.

import { useRef, useState } from "react";

import * as routes from "../../api/routes";
import type { Campaign, Disagreement, DisagreementPage } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { namesIn } from "../../labelling/canvas";
import { laneOf, actOf } from "../../labelling/keys";
import { laneName } from "../../labelling/progress";
import type { Canvas } from "../../samples/canvas";
import { useSending } from "../../sending";
import { useSettings, useText } from "../../settings";
import { number } from "../../format";
import { Action } from "../Action";
import { Legend } from "../dataset/Legend";
import { PlaceContext } from "../dataset/place";
import { Empty, errorText, Load } from "../Load";
import { Panel } from "../Page";
import { Ago } from "../Time";
import { AsideReason } from "./AsideReason";
import { KeyHelp } from "./KeyHelp";
import { Pane } from "./Pane";
import { useCanvas } from "./useCanvas";
import { useKeys } from "./useKeys";

const SIZE = 100;

interface DisagreementsProps {
  campaign: Campaign;
  refresh: () => Promise<void>;
}

export function Disagreements({ campaign, refresh }: DisagreementsProps) {
  const t = useText();
  const { name } = campaign;
  const canvas = useCanvas(campaign);
  const asked = usePoll(
    `disagreements ${name}`,
    (signal) => routes.disagreements(name, 0, SIZE, signal),
    10_000,
  );
  const before = useRef<DisagreementPage>(undefined);
  if (asked.data) before.current = asked.data;

  async function onDone() {
    await Promise.all([asked.refresh(), refresh()]);
  }

  if (campaign.overlap < 2) {
    return <Empty title={t("agreement.single")}>{t("agreement.single.how")}</Empty>;
  }
  return (
    <Panel title={t("disagreements")}>
      <Load from={canvas} lines={8}>
        {(drawn) => (
          <Load from={{ ...asked, data: asked.data ?? before.current }} lines={8}>
            {(found) =>
              found.disagreements.length === 0 ? (
                <Empty icon="check" title={t("disagreements.none")}>
                  {t("disagreements.none.how")}
                </Empty>
              ) : (
                <PlaceContext value={{ name: campaign.dataset }}>
                  <OneByOne campaign={campaign} page={found} canvas={drawn} onDone={onDone} />
                </PlaceContext>
              )
            }
          </Load>
        )}
      </Load>
    </Panel>
  );
}

interface OneByOneProps {
  campaign: Campaign;
  page: DisagreementPage;
  canvas: Canvas;
  onDone: () => Promise<void>;
}

function OneByOne({ campaign, page, canvas, onDone }: OneByOneProps) {
  const { t, language } = useSettings();
  const { busy, error, send } = useSending();
  const [at, setAt] = useState(0);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const last = page.disagreements.length - 1;
  const place = Math.min(at, last);
  const one = page.disagreements[place] as Disagreement;
  const move = (by: number) => setAt(Math.min(Math.max(place + by, 0), last));
  const permission = campaign.permissions["label.review"];
  const drawn = namesIn(one.lanes.map((lane) => lane.sample));

  function pick(lane: number) {
    if (busy || !permission?.allowed) return;
    void send(async () => {
      await routes.adjudicate(campaign.name, { sample_id: one.sample_id, lane });
      await onDone();
    });
  }

  useKeys((event) => {
    const lane = laneOf(event, one.lanes.length);
    if (lane !== undefined) return pick(lane);
    const act = actOf(event);
    if (act === "next") move(1);
    if (act === "previous") move(-1);
  });

  return (
    <div className="review">
      <div className="review-head">
        <strong className="review-id mono" title={one.sample_id}>
          {one.sample_id}
        </strong>
        <span className="quiet">
          {t("review.place", { n: place + 1, total: number(page.total, language) })}
          {one.agreement !== null && ` · ${t("agreement.of", { value: one.agreement.toFixed(2) })}`}
        </span>
        <span className="spread" />
        <span className="row">
          <button type="button" className="button button-small" disabled={place === 0} onClick={() => move(-1)}>
            {t("pager.before")}
          </button>
          <button type="button" className="button button-small" disabled={place === last} onClick={() => move(1)}>
            {t("pager.after")}
          </button>
        </span>
      </div>
      {drawn.size > 0 && <Legend page={canvas} hidden={hidden} onHide={setHidden} only={drawn} />}
      <div className="panes">
        {one.lanes.map((revision, lane) => (
          <Pane
            key={lane}
            title={
              <>
                <strong>{t("disagreements.lane", { lane: laneName(lane), by: revision.by })}</strong>
                <span className="quiet">
                  <Ago time={revision.at} />
                </span>
              </>
            }
            sample={revision.sample}
            canvas={canvas}
            hidden={hidden}
          >
            {revision.aside !== null && <AsideReason reason={revision.aside} />}
            <Action
              permission={permission}
              busy={busy}
              label={t("disagreements.pick.name", { by: revision.by })}
              onClick={() => pick(lane)}
            >
              {t("disagreements.pick")} <kbd>{lane + 1}</kbd>
            </Action>
          </Pane>
        ))}
      </div>
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
      <KeyHelp
        label={t("review.keys")}
        keys={[
          [one.lanes.map((_, lane) => String(lane + 1)), t("disagreements.pick")],
          [["j", "→"], t("pager.after")],
          [["k", "←"], t("pager.before")],
        ]}
      />
    </div>
  );
}
