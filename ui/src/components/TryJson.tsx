// The bare request, for those who want to see or change all of it.

import { useState } from "react";

import { useText } from "../settings";
import { Action } from "./Action";
import { Copy } from "./Copy";
import type { Trial } from "./TryService";

/** Longer requests, such as those with a picture, are not shown in full. */
const LONGEST = 20_000;

export function TryJson({ service, sample, busy, send }: Trial) {
  const t = useText();
  const [text, setText] = useState(() => {
    const written = JSON.stringify(sample, null, 2);
    return written.length > LONGEST ? '{"image": ""}' : written;
  });
  const [wrong, setWrong] = useState(false);

  function submit() {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      setWrong(true);
      return;
    }
    setWrong(false);
    send(body);
  }

  return (
    <div className="try-form">
      <label className="field">
        <span className="field-name">
          POST {service.url}/predict {service.url && <Copy text={`${service.url}/predict`} />}
        </span>
        <textarea
          className="mono"
          rows={14}
          spellCheck={false}
          aria-invalid={wrong}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {wrong && (
          <span className="field-error" role="alert">
            {t("form.not.json")}
          </span>
        )}
      </label>
      <div className="row">
        <Action
          kind="primary"
          permission={service.permissions["service.try"]}
          busy={busy}
          onClick={submit}
        >
          {t("try.send")}
        </Action>
      </div>
    </div>
  );
}
