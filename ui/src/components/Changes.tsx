// The newest entries of the record of changes that people care about.

import { Link } from "react-router";

import * as routes from "../api/routes";
import type { Event } from "../api/types";
import { usePoll } from "../api/usePoll";
import { isKey, type Translate } from "../messages";
import { useText } from "../settings";
import { Load } from "./Load";
import { Panel } from "./Page";
import { Ago } from "./Time";

const SHOWN = 12;
const ASKED = 300;

/** Verbs with a sentence of their own are shown; book-keeping of single nodes is not. */
function notable(events: readonly Event[]): Event[] {
  return events.filter((event) => isKey(`event.${event.verb}`)).slice(0, SHOWN);
}

/** `NAME` of `noun:project/NAME/more` and of `noun:NAME`. */
function subjectName(subject: string): string {
  const id = subject.slice(subject.indexOf(":") + 1);
  return id.split("/")[1] ?? id;
}

function words(event: Event, t: Translate): string {
  const key = `event.${event.verb}`;
  const given = event.after?.name;
  const subject = typeof given === "string" ? given : subjectName(event.subject);
  const version = event.after?.version ?? event.after?.model_version ?? "";
  return isKey(key) ? t(key, { subject, version: String(version) }) : event.verb;
}

const PAGES: Record<string, string> = {
  run: "lifecycles",
  model: "models",
  champion: "models",
  service: "services",
  dataset: "datasets",
  campaign: "labelling",
};

/** The words, as a link if the subject, `noun:project/name`, has a page. */
function Subject({ event, children }: { event: Event; children: string }) {
  const [noun = "", id = ""] = event.subject.split(":");
  const place = PAGES[noun];
  if (place === undefined || !id.includes("/")) return <span>{children}</span>;
  return (
    <Link className="quiet-link" to={`/${place}/${subjectName(event.subject)}`}>
      {children}
    </Link>
  );
}

export function Changes() {
  const t = useText();
  const asked = usePoll("events", (signal) => routes.events(ASKED, signal), 20_000);
  return (
    <Panel title={t("overview.changes")}>
      <Load from={asked}>
        {(events) =>
          notable(events).length > 0 ? (
            <ol className="changes">
              {notable(events).map((event) => (
                <li key={event.id} title={`${event.verb} ${event.subject}`}>
                  <Subject event={event}>{words(event, t)}</Subject>
                  <span className="quiet">
                    <Ago time={event.time} /> · {event.actor}
                  </span>
                </li>
              ))}
            </ol>
          ) : (
            <p className="quiet">{t("overview.changes.none")}</p>
          )
        }
      </Load>
    </Panel>
  );
}
