// The button of an item that its annotator sets aside, with a question for the reason, or takes back.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { LabelItem, LabelPackage } from "../../api/types";
import { useIdentity } from "../../identity";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { Action } from "../Action";
import { AskDialog } from "../AskDialog";
import { errorText } from "../Load";

interface AsideButtonProps {
  one: LabelPackage;
  item: LabelItem;
  refresh: () => Promise<void>;
}

export function AsideButton({ one, item, refresh }: AsideButtonProps) {
  const t = useText();
  const { session } = useIdentity();
  const { busy, error, send } = useSending();
  const [asking, setAsking] = useState(false);
  const permission = session.permissions["label.work"];
  if (one.mine !== "label" || item.state === "approved" || item.state === "excluded") return null;
  const place = { n: item.position };
  const aside = item.state === "aside";

  async function back() {
    await routes.takeItemBack(one.id, item.position);
    await refresh();
  }

  return (
    <>
      <Action
        kind="small"
        permission={permission}
        busy={busy}
        label={t(aside ? "item.back.name" : "item.aside.name", place)}
        onClick={() => (aside ? void send(back) : setAsking(true))}
      >
        {t(aside ? "item.back" : "item.aside")}
      </Action>
      {error !== undefined && (
        <span className="field-error" role="alert">
          {errorText(error, t("error.away"))}
        </span>
      )}
      {asking && <AsideDialog one={one} item={item} refresh={refresh} onClose={() => setAsking(false)} />}
    </>
  );
}

function AsideDialog({ one, item, refresh, onClose }: AsideButtonProps & { onClose: () => void }) {
  const t = useText();
  const { session } = useIdentity();
  const [reason, setReason] = useState("");

  async function act() {
    await routes.setItemAside(one.id, item.position, { reason: reason.trim() });
    onClose();
    await refresh();
  }

  return (
    <AskDialog
      title={t("item.aside.title", { n: item.position })}
      verb={t("item.aside")}
      kind="primary"
      permission={session.permissions["label.work"]}
      obstacle={reason.trim() === "" ? t("item.aside.needed") : undefined}
      act={act}
      onClose={onClose}
    >
      <p>{t("item.aside.effect")}</p>
      <label className="field">
        <span className="field-name">{t("item.aside.reason")}</span>
        <textarea
          rows={2}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
    </AskDialog>
  );
}
