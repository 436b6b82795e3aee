// The way to Label Studio: a link that is good once and for a minute, so it is asked for when
// it is needed.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { LabelPackage } from "../../api/types";
import { useIdentity } from "../../identity";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { Action } from "../Action";
import { Dialog } from "../Dialog";
import { External, openTab } from "../External";
import { errorText } from "../Load";

interface OpenButtonProps {
  one: LabelPackage;
  kind?: "primary" | "plain" | "small";
}

export function OpenButton({ one, kind = "primary" }: OpenButtonProps) {
  const t = useText();
  const { session } = useIdentity();
  const { busy, error, send } = useSending();
  const [link, setLink] = useState<string>();
  const [told, setTold] = useState(false);

  async function act() {
    setTold(true);
    const { url } = await routes.openPackage(one.id);
    setTold(false);
    // A browser opens a tab only soon after somebody has pressed a button.
    if (navigator.userActivation?.isActive ?? true) openTab(url);
    else setLink(url);
  }

  return (
    <>
      <Action
        kind={kind}
        permission={session.permissions["label.work"]}
        busy={busy}
        onClick={() => void send(act)}
      >
        {t(busy ? "package.opening" : "package.open")}
      </Action>
      {error !== undefined && told && (
        <Dialog title={t("package.open.failed")} onClose={() => setTold(false)}>
          <p className="failure" role="alert">
            {errorText(error, t("error.away"))}
          </p>
        </Dialog>
      )}
      {link && (
        <Dialog title={t("package.open.ready")} onClose={() => setLink(undefined)}>
          <p>{t("package.open.ready.how")}</p>
          <p>
            <External href={link}>{t("package.open")}</External>
          </p>
        </Dialog>
      )}
    </>
  );
}
