// To whom a dataset was granted: logins and projects. A share is a grant, no copy.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { Dataset, Share } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { Action } from "../Action";
import { errorText, Load } from "../Load";
import { keyOf, usePlace } from "./place";

export function Shares({ dataset }: { dataset: Dataset }) {
  const t = useText();
  const place = usePlace();
  const asked = usePoll(keyOf(place, "shares"), (signal) => routes.shares(place, signal), 0);
  const { busy, error, send } = useSending();
  const [grantee, setGrantee] = useState("");
  const [kind, setKind] = useState<Share["kind"]>("actor");
  const [right, setRight] = useState<Share["right"]>("read");
  const permission = dataset.permissions["dataset.edit"];

  const give = async () => {
    await routes.shareDataset(place, { kind, grantee: grantee.trim(), right });
    setGrantee("");
    await asked.refresh();
  };
  const take = async (share: Share) => {
    await routes.unshareDataset(place, share);
    await asked.refresh();
  };
  return (
    <section className="stack">
      <h3>{t("shares")}</h3>
      <Load from={asked} lines={1}>
        {(shares) => (
          <ul className="lines">
            {shares.length === 0 && <li className="quiet">{t("shares.none")}</li>}
            {shares.map((one) => (
              <li key={`${one.kind} ${one.grantee}`} className="row">
                <span className="spread">
                  {one.grantee}{" "}
                  <span className="quiet">
                    {t(`shares.kind.${one.kind}`)} · {t(`shares.right.${one.right}`)}
                  </span>
                </span>
                <Action
                  kind="small"
                  permission={permission}
                  busy={busy}
                  label={t("shares.take.name", { name: one.grantee })}
                  onClick={() => void send(() => take(one))}
                >
                  {t("shares.take")}
                </Action>
              </li>
            ))}
          </ul>
        )}
      </Load>
      <div className="row shares-new">
        <select
          aria-label={t("shares.kind")}
          value={kind}
          onChange={(event) => setKind(event.target.value as Share["kind"])}
        >
          <option value="actor">{t("shares.kind.actor")}</option>
          <option value="project">{t("shares.kind.project")}</option>
        </select>
        <input
          type="text"
          aria-label={t("shares.grantee")}
          placeholder={t("shares.grantee")}
          value={grantee}
          onChange={(event) => setGrantee(event.target.value)}
        />
        <select
          aria-label={t("shares.right")}
          value={right}
          onChange={(event) => setRight(event.target.value as Share["right"])}
        >
          <option value="read">{t("shares.right.read")}</option>
          <option value="write">{t("shares.right.write")}</option>
        </select>
        <Action
          permission={permission}
          obstacle={grantee.trim() === "" ? t("shares.needed") : undefined}
          busy={busy}
          onClick={() => void send(give)}
        >
          {t("shares.give")}
        </Action>
      </div>
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </section>
  );
}
