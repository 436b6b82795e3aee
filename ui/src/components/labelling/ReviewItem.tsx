// One item of a review: what was said of it, and the verdict, by buttons and by keys.

import { useRef, useState } from "react";

import * as routes from "../../api/routes";
import type { ItemPage, LabelItemDetail, LabelPackage } from "../../api/types";
import { actOf } from "../../labelling/keys";
import { neighbour, nextOpen } from "../../labelling/review";
import type { Canvas } from "../../samples/canvas";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { ReviewPanes } from "./ReviewPanes";
import { useKeys } from "./useKeys";
import { VerdictForm } from "./VerdictForm";

interface ReviewItemProps {
  one: LabelPackage;
  item: LabelItemDetail;
  items: ItemPage["items"];
  /** The one asked for; while it is on its way `item` is the one before, which gets no verdict. */
  position: number;
  canvas: Canvas;
  marking: boolean;
  onGo: (position: number) => void;
  refresh: () => Promise<void>;
}

export function ReviewItem(props: ReviewItemProps) {
  const { one, item, items, position, canvas, marking, onGo, refresh } = props;
  const t = useText();
  const { busy, error, send } = useSending();
  const [typed, setTyped] = useState({ position: item.position, comment: "" });
  const [lacking, setLacking] = useState<number>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const field = useRef<HTMLTextAreaElement>(null);
  const comment = typed.position === item.position ? typed.comment : "";
  const permission = item.permissions["label.review"];
  const current = item.position === position;
  const mine = one.mine === "audit";
  const obstacle = item.state === "submitted" ? undefined : t("review.not.submitted");
  const may = mine && current && !busy && obstacle === undefined && permission?.allowed === true;

  function judge(approved: boolean) {
    if (!may) return;
    if (!approved && comment.trim() === "") {
      setLacking(item.position);
      field.current?.focus();
      return;
    }
    setLacking(undefined);
    void send(async () => {
      const said = { approved, comment: comment.trim(), revision: item.revision };
      await routes.reviewItem(one.id, item.position, said);
      setTyped({ position: item.position, comment: "" });
      await refresh();
      const next = nextOpen(items, item.position);
      if (next !== undefined) onGo(next);
    });
  }

  useKeys((event) => {
    const act = actOf(event);
    if (act === undefined) return;
    event.preventDefault();
    if (act === "next") onGo(neighbour(items, position, 1));
    else if (act === "previous") onGo(neighbour(items, position, -1));
    else judge(act === "approve");
  });

  return (
    <div className="review" aria-busy={!current}>
      <ReviewPanes
        key={item.position}
        item={item}
        canvas={canvas}
        marking={marking}
        hidden={hidden}
        onHide={setHidden}
      />
      {mine && item.aside !== null && <p className="quiet">{t("review.aside.effect")}</p>}
      {mine && (
        <VerdictForm
          permission={permission}
          obstacle={obstacle}
          comment={comment}
          onComment={(text) => {
            setTyped({ position: item.position, comment: text });
            setLacking(undefined);
          }}
          field={field}
          lacking={lacking === item.position}
          busy={busy}
          error={error}
          onApprove={() => judge(true)}
          onReject={() => judge(false)}
        />
      )}
    </div>
  );
}
