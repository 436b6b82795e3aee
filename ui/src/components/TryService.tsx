// Try a service: by a form of its features, with a picture, or with the bare request.

import { useState } from "react";

import * as routes from "../api/routes";
import type { Service, TryAnswer as Answered } from "../api/types";
import { usePoll } from "../api/usePoll";
import { useText } from "../settings";
import { Load } from "./Load";
import { Panel } from "./Page";
import { TryAnswer } from "./TryAnswer";
import { TryJson } from "./TryJson";
import { TryPicture } from "./TryPicture";
import { TryRow } from "./TryRow";

type Way = "form" | "json";

/** How a form sends its request. */
export interface Trial {
  service: Service;
  sample: unknown;
  busy: boolean;
  send: (body: unknown) => void;
}

export function TryService({ service }: { service: Service }) {
  const t = useText();
  const sample = usePoll(
    `sample ${service.name} ${service.revision}`,
    (signal) => routes.sample(service.name, signal),
    0,
  );
  const [chosen, setWay] = useState<Way>("form");
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answered>();
  const [error, setError] = useState<unknown>();
  const schema = service.schema;
  if (schema === null) return null;

  async function send(body: unknown) {
    setBusy(true);
    setError(undefined);
    try {
      setAnswer(await routes.tryService(service.name, { body, path: "predict" }));
    } catch (problem) {
      setAnswer(undefined);
      setError(problem);
    }
    setBusy(false);
  }

  const formless = schema.contract === "custom"; // only the job's own code knows its requests
  const way = formless ? "json" : chosen;
  const Form = schema.contract === "image" ? TryPicture : TryRow;
  return (
    <Panel title={t("try")} actions={!formless && <Ways way={way} onChoose={setWay} />}>
      <div className="try">
        <Load from={sample}>
          {({ body }) => {
            const trial = { service, sample: body, busy, send: (b: unknown) => void send(b) };
            return way === "form" ? <Form {...trial} /> : <TryJson {...trial} />;
          }}
        </Load>
        <TryAnswer answer={answer} error={error} busy={busy} />
      </div>
    </Panel>
  );
}

function Ways({ way, onChoose }: { way: Way; onChoose: (way: Way) => void }) {
  const t = useText();
  return (
    <div className="segments" role="group" aria-label={t("try.way")}>
      {(["form", "json"] as const).map((one) => (
        <button key={one} type="button" aria-pressed={way === one} onClick={() => onChoose(one)}>
          {t(`try.${one}`)}
        </button>
      ))}
    </div>
  );
}
