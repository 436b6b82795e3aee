// The banner while the API does not answer. What was shown stays; trying goes on by itself.

import { useSyncExternalStore } from "react";

import { connection, subscribe, wake } from "../api/connection";
import { clock } from "../format";
import { useSettings } from "../settings";
import { Icon } from "./Icon";

export function Away() {
  const { away, answered } = useSyncExternalStore(subscribe, connection);
  const { t, language } = useSettings();
  if (!away) return null;
  return (
    <div className="away" role="alert">
      <Icon name="alert" />
      <span>
        <strong>{t("away.title")}</strong>{" "}
        {answered === undefined ? t("away.never") : t("away.since", { at: clock(answered, language) })}
      </span>
      <button type="button" className="button button-small" onClick={wake}>
        {t("try.now")}
      </button>
    </div>
  );
}
