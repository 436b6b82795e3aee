// Items one at a time: what was said of a sample, before and now, and a reviewer's verdict.

import { useEffect, useRef } from "react";
import { useParams, useSearchParams } from "react-router";

import * as routes from "../api/routes";
import type { Campaign, ItemPage, LabelItemDetail, LabelPackage } from "../api/types";
import { type Polled, usePoll } from "../api/usePoll";
import { Badge } from "../components/Badge";
import { PlaceContext } from "../components/dataset/place";
import { ItemStrip } from "../components/labelling/ItemStrip";
import { OutcomePanel } from "../components/labelling/OutcomePanel";
import { ReviewItem } from "../components/labelling/ReviewItem";
import { useCanvas } from "../components/labelling/useCanvas";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { packageAddress, packageName } from "../labelling/progress";
import { firstOpen, neighbour, standOf, tallyOf } from "../labelling/review";
import type { Canvas } from "../samples/canvas";
import { queryOf, withQuery } from "../samples/query";
import { useText } from "../settings";

const MOST = 1000;

export function Review() {
  const t = useText();
  const { id = "", campaign: name = "" } = useParams();
  const number = Number(id);
  const one = usePoll(`package ${id}`, (signal) => routes.labelPackage(number, signal), 5000);
  const campaign = usePoll(`campaign ${name}`, (signal) => routes.campaign(name, signal), 30_000);
  const overlap = campaign.data?.overlap ?? 1;
  const title = one.data ? t("package.name", { name: packageName(one.data, overlap) }) : id;
  return (
    <>
      <Head
        title={t("review.title", { name: title })}
        badge={one.data && <Badge state={one.data.state} kind="package.state" />}
        crumbs={[
          { to: "/labelling", name: t("nav.labelling") },
          { to: `/labelling/${name}`, name },
          { to: packageAddress({ campaign: name, id: number }), name: title },
        ]}
      />
      <Load from={campaign} lines={8}>
        {(found) => (
          <Load from={one} lines={8}>
            {(asked) => (
              <PlaceContext value={{ name: found.dataset }}>
                <Drawn one={asked} campaign={found} refresh={one.refresh} />
              </PlaceContext>
            )}
          </Load>
        )}
      </Load>
    </>
  );
}

interface DrawnProps {
  one: LabelPackage;
  campaign: Campaign;
  refresh: () => Promise<void>;
}

function Drawn({ one, campaign, refresh }: DrawnProps) {
  const t = useText();
  const [params] = useSearchParams();
  const canvas = useCanvas(campaign);
  const audited = one.audited > 0 && params.get("all") !== "1";
  const query = { limit: String(MOST), ...(audited && { audited: "true" }) };
  const items = usePoll(
    `review ${one.id} ${audited}`,
    (signal) => routes.labelItems(one.id, query, signal),
    10_000,
  );
  return (
    <Load from={canvas} lines={8}>
      {(drawn) => (
        <Load from={items} lines={8}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty title={t("items.none")} />
            ) : (
              <Items
                one={one}
                name={packageName(one, campaign.overlap)}
                page={page}
                canvas={drawn}
                marking={campaign.tool !== null}
                audited={audited}
                refresh={both}
              />
            )
          }
        </Load>
      )}
    </Load>
  );

  async function both() {
    await Promise.all([items.refresh(), refresh()]);
  }
}

interface ItemsProps {
  one: LabelPackage;
  name: string;
  page: ItemPage;
  canvas: Canvas;
  marking: boolean;
  audited: boolean;
  refresh: () => Promise<void>;
}

/** The item as a whole, asked for again once the list knows a newer revision. */
function useItem(id: number, position: number, items: ItemPage["items"]): Polled<LabelItemDetail> {
  const revision = items.find((item) => item.position === position)?.revision ?? 0;
  const key = `item ${id} ${position} ${revision}`;
  return usePoll(key, (signal) => routes.labelItem(id, position, signal), 0);
}

function Items({ one, name, page, canvas, marking, audited, refresh }: ItemsProps) {
  const t = useText();
  const [params, setParams] = useSearchParams();
  const { items } = page;
  const wanted = Number(params.get("item"));
  const position = items.some((item) => item.position === wanted) ? wanted : (firstOpen(items) ?? 1);
  const following = neighbour(items, position, 1);
  const asked = useItem(one.id, position, items);
  const next = useItem(one.id, following, items); // it is there when one goes to it
  const before = useRef<LabelItemDetail>(undefined);
  if (asked.data) before.current = asked.data;
  const ahead = next.data?.sample;
  useEffect(() => {
    if (ahead?.has_medium && ahead.width !== null) {
      new Image().src = routes.medium({ name: one.dataset }, canvas.version, ahead.sample_id, "screen");
    }
  }, [ahead, one.dataset, canvas.version]);

  const go = (to: number) =>
    setParams(withQuery(queryOf(location.hash), { item: String(to) }), { replace: true });
  const at = items.findIndex((item) => item.position === position);
  const shown = items[at];

  return (
    <>
      <Panel>
        <div className="review-head">
          <strong className="review-id mono" title={shown?.sample_id}>
            {shown?.sample_id}
          </strong>
          {shown && <Badge state={standOf(shown)} kind="item.state" />}
          {shown?.skipped && shown.aside === null && <span className="chip">{t("item.skipped")}</span>}
          <span className="quiet">{t("review.place", { n: at + 1, total: page.total })}</span>
          {one.audited > 0 && (
            <div className="segments" role="group" aria-label={t("review.which")}>
              {([true, false] as const).map((only) => (
                <button
                  key={String(only)}
                  type="button"
                  aria-pressed={audited === only}
                  onClick={() =>
                    setParams(withQuery(queryOf(location.hash), { all: only ? "" : "1" }), { replace: true })
                  }
                >
                  {t(only ? "review.audited" : "review.all")}
                </button>
              ))}
            </div>
          )}
          <span className="spread" />
          <span className="row">
            <button
              type="button"
              className="button button-small"
              disabled={at <= 0}
              onClick={() => go(neighbour(items, position, -1))}
            >
              {t("pager.before")}
            </button>
            <button
              type="button"
              className="button button-small"
              disabled={at === items.length - 1}
              onClick={() => go(following)}
            >
              {t("pager.after")}
            </button>
          </span>
        </div>
        <ItemStrip items={items} position={position} onGo={go} />
        <Load from={{ ...asked, data: asked.data ?? before.current }} lines={8}>
          {(item) => (
            <ReviewItem
              one={one}
              item={item}
              items={items}
              position={position}
              canvas={canvas}
              marking={marking}
              onGo={go}
              refresh={async () => {
                await Promise.all([asked.refresh(), refresh()]);
              }}
            />
          )}
        </Load>
      </Panel>
      {one.mine === "audit" && (
        <OutcomePanel
          one={one}
          name={name}
          tally={tallyOf(items.filter((item) => item.audited))}
          permission={asked.data?.permissions["label.review"]}
        />
      )}
    </>
  );
}
