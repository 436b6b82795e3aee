// The log of one revision of a service, followed while it is open.

import * as routes from "../api/routes";
import type { Revision } from "../api/types";
import { useTail } from "../api/useTail";
import { useText } from "../settings";
import { Log } from "./Log";
import { Panel } from "./Page";

const LINES = 200;

interface ServiceLogProps {
  name: string;
  revisions: readonly Revision[];
  revision: number | undefined;
  onChoose: (revision: number) => void;
}

export function ServiceLog({ name, revisions, revision, onChoose }: ServiceLogProps) {
  const t = useText();
  const logged = revisions.filter((one) => one.has_log);
  const shown = revision ?? logged[0]?.number;
  if (shown === undefined) return null;
  return (
    <Panel
      title={t("log")}
      actions={
        <label className="row">
          {t("revision")}
          <select value={shown} onChange={(event) => onChoose(Number(event.target.value))}>
            {logged.map((one) => (
              <option key={one.number} value={one.number}>
                {one.number} · v{one.model_version}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <RevisionLog key={shown} name={name} revision={shown} />
    </Panel>
  );
}

function RevisionLog({ name, revision }: { name: string; revision: number }) {
  const t = useText();
  const tail = useTail(`log ${name} ${revision}`, async (next, signal) => {
    const query = new URLSearchParams({ revision: String(revision), lines: String(LINES) });
    if (next !== undefined) query.set("after", String(next));
    const piece = await routes.serviceLog(name, query, signal);
    return { text: piece.text, next: piece.next, ended: false };
  });
  return <Log tail={tail} label={t("log.of", { name: `${name} ${revision}` })} />;
}
