// The question before a champion is changed: from which to which, how they compare. Who was
// faster is told by the API, and then the dialog says so.

import { ApiError } from "../api/errors";
import * as routes from "../api/routes";
import type { Model, ModelVersion } from "../api/types";
import { number, signed } from "../format";
import { headline, judge } from "../metrics";
import { useSending } from "../sending";
import { useSettings, useText } from "../settings";
import { Action } from "./Action";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { errorText } from "./Load";
import { useNotice } from "./Notice";

export type Change =
  | { kind: "promote"; model: Model; version: ModelVersion }
  | { kind: "rollback"; model: Model };

interface ChampionDialogProps {
  change: Change;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function ChampionDialog({ change, onClose, onDone }: ChampionDialogProps) {
  const t = useText();
  const notice = useNotice();
  const { busy, error, send } = useSending();
  const { kind, model } = change;
  const lost = error instanceof ApiError && error.status === 409;

  async function act() {
    try {
      const champion = await apply(change);
      notice(t("champion.now", { name: model.name, version: champion.version }));
      onClose();
    } finally {
      await onDone();
    }
  }

  return (
    <Dialog
      title={t(kind === "promote" ? "promote.title" : "rollback.title", { name: model.name })}
      onClose={onClose}
      actions={
        <>
          {busy && <span className="quiet spread">{t("champion.switching")}</span>}
          <button type="button" className="button" onClick={onClose}>
            {lost ? t("close") : t("cancel")}
          </button>
          {!lost && (
            <Action
              kind={kind === "promote" ? "primary" : "danger"}
              permission={model.permissions[`model.${kind}`]}
              busy={busy}
              onClick={() => void send(act)}
            >
              {t(kind)}
            </Action>
          )}
        </>
      }
    >
      <FromTo change={change} />
      <p>{t(kind === "promote" ? "promote.effect" : "rollback.effect")}</p>
      {error !== undefined && (
        <div className="failure" role="alert">
          <Icon name="alert" />
          <div>
            {lost && <strong>{t("champion.lost")}</strong>}
            <p>{errorText(error, t("error.away"))}</p>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function apply(change: Change) {
  const expected_fence = change.model.champion?.fence ?? null;
  return change.kind === "promote"
    ? routes.promote(change.model.name, { version: change.version.version, expected_fence })
    : routes.rollback(change.model.name, { expected_fence });
}

function FromTo({ change }: { change: Change }) {
  const { t, language } = useSettings();
  const { model } = change;
  const from = model.versions.find((version) => version.champion);
  const target = change.kind === "promote" ? change.version.version : model.rollback_to;
  const to = model.versions.find((version) => version.version === target);
  const metrics = headline(to?.metrics ?? null, to?.primary, 3);
  return (
    <div className="from-to">
      <p className="from-to-versions">
        <span className="version-pill">
          {model.champion ? `v${model.champion.version}` : t("champion.none")}
        </span>
        <Icon name="right" />
        <span className="version-pill version-pill-new">v{target}</span>
      </p>
      {metrics.length > 0 && (
        <table>
          <tbody>
            {metrics.map((name) => {
              const now = from?.metrics?.[name];
              const then = to?.metrics?.[name] ?? 0;
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="number">{now === undefined ? "–" : number(now, language)}</td>
                  <td className="number">{number(then, language)}</td>
                  <td className="number">
                    {now !== undefined && (
                      <span className={`delta delta-${judge(name, then, now)}`}>
                        {signed(then - now, language)}
                      </span>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </div>
  );
}
