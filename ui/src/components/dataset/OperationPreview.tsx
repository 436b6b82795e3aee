// What an operation would make of some pictures, before it is started.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { OperationPreview as Preview } from "../../api/types";
import type { Filled } from "../../forms/reading";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { errorText, Waiting } from "../Load";
import { usePlace } from "./place";

const COUNT = 6;

interface OperationPreviewProps {
  operation: string;
  version: number;
  /** The options as they stand in the form; undefined, and marked there, if they are wrong. */
  options: () => Filled["values"] | undefined;
}

export function OperationPreview({ operation, version, options }: OperationPreviewProps) {
  const t = useText();
  const place = usePlace();
  const [found, setFound] = useState<Preview>();
  const { busy, error, send } = useSending();

  function look() {
    const values = options();
    if (values === undefined) return;
    const body = { operation, version, options: values, count: COUNT, seed: 0 };
    void send(async () => setFound(await routes.previewOperation(place, body)));
  }

  return (
    <section className="operation-preview" aria-label={t("operate.preview")}>
      <div className="row">
        <h3>{t("operate.preview")}</h3>
        <button type="button" className="button button-small" aria-busy={busy} disabled={busy} onClick={look}>
          {t(found ? "operate.preview.again" : "operate.preview.show")}
        </button>
      </div>
      <p className="quiet">{t("operate.preview.about", { n: COUNT })}</p>
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
      {busy && !found && <Waiting lines={3} />}
      {found && (
        <ul className={busy ? "previews is-old" : "previews"}>
          {found.samples.map((one) => (
            <li key={one.sample_id}>
              <img
                src={`data:image/png;base64,${one.picture}`}
                alt={t("operate.preview.picture", { id: one.sample_id })}
              />
              <span className="sample-id" title={one.sample_id}>
                {one.sample_id}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
