// Where the data of an import are: a file that is sent, an address, a path, a database.

import { useEffect, useId, useRef, useState } from "react";

import * as routes from "../../api/routes";
import { upload } from "../../api/upload";
import { usePoll } from "../../api/usePoll";
import { bytes, percent } from "../../format";
import { KINDS, type Missing, type SourceDraft } from "../../samples/importing";
import { useSettings, useText } from "../../settings";
import { Icon } from "../Icon";
import { errorText, Load } from "../Load";
import { ImportField } from "./ImportField";

interface ImportSourceProps {
  draft: SourceDraft;
  missing: Missing;
  onChange: (changes: Partial<SourceDraft>) => void;
}

export function ImportSource({ draft, missing, onChange }: ImportSourceProps) {
  const t = useText();
  return (
    <div className="stack">
      <fieldset className="choices">
        <legend className="visually-hidden">{t("import.step.source")}</legend>
        {KINDS.map((kind) => (
          <label key={kind} className="choice">
            <input
              type="radio"
              name="kind"
              checked={draft.kind === kind}
              onChange={() => onChange({ kind })}
            />
            <span>
              <strong>{t(`import.kind.${kind}`)}</strong>
              <span className="quiet">{t(`import.kind.${kind}.help`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {draft.kind === "upload" && <UploadField {...{ draft, missing, onChange }} />}
      {draft.kind === "url" && (
        <ImportField label={t("address")} problem={missing.url}>
          <input
            type="url"
            placeholder="https://"
            value={draft.url}
            onChange={(event) => onChange({ url: event.target.value })}
          />
        </ImportField>
      )}
      {draft.kind === "path" && (
        <ImportField label={t("import.path")} help={t("import.path.help")} problem={missing.path}>
          <input
            type="text"
            className="mono"
            placeholder="/"
            spellCheck={false}
            value={draft.path}
            onChange={(event) => onChange({ path: event.target.value })}
          />
        </ImportField>
      )}
      {draft.kind === "sql" && <DatabaseFields {...{ draft, missing, onChange }} />}
    </div>
  );
}

/** The file is sent as soon as it is chosen. */
function UploadField({ draft, missing, onChange }: ImportSourceProps) {
  const { t, language } = useSettings();
  const id = useId();
  const [sent, setSent] = useState<{ name: string; size: number; bytes: number }>();
  const [error, setError] = useState<unknown>();
  const under = useRef<AbortController>(undefined);
  useEffect(() => () => under.current?.abort(), []);

  async function take(file: File | undefined) {
    if (file === undefined) return;
    under.current?.abort();
    const mine = new AbortController();
    under.current = mine;
    setError(undefined);
    setSent({ name: file.name, size: file.size, bytes: 0 });
    onChange({ upload: "" });
    try {
      const onProgress = (now: number) => setSent({ name: file.name, size: file.size, bytes: now });
      const found = await upload({ file, onProgress, signal: mine.signal });
      setSent({ name: file.name, size: file.size, bytes: file.size });
      onChange({ upload: found });
    } catch (problem) {
      if (!mine.signal.aborted) setError(problem);
    }
  }

  return (
    <div className="stack">
      <label
        className="drop"
        htmlFor={id}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer.files[0]);
        }}
      >
        <Icon name="upload" size={24} />
        <span>
          <strong>{sent?.name ?? t("import.file.none")}</strong>
          <span className="quiet">
            {sent
              ? `${bytes(sent.bytes)} / ${bytes(sent.size)} · ${percent(sent.size ? sent.bytes / sent.size : 1, language)}`
              : t("import.file.choose")}
          </span>
        </span>
        <input
          id={id}
          type="file"
          className="visually-hidden"
          onChange={(event) => void take(event.target.files?.[0])}
        />
      </label>
      {sent && sent.size > 0 && (
        <progress max={sent.size} value={sent.bytes} aria-label={t("import.progress")} />
      )}
      {draft.upload && (
        <p role="status" className="row tone-good connection-said">
          <Icon name="check" size={14} /> {t("import.file.there")}
        </p>
      )}
      {missing.upload && (
        <p className="field-error" role="alert">
          {t(missing.upload)}
        </p>
      )}
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </div>
  );
}

function DatabaseFields({ draft, missing, onChange }: ImportSourceProps) {
  const t = useText();
  const asked = usePoll("connections", routes.connections, 0);
  return (
    <Load from={asked} lines={2}>
      {(connections) => (
        <div className="fields">
          <ImportField label={t("connections")} problem={missing.connection}>
            <select
              value={draft.connection}
              onChange={(event) => onChange({ connection: event.target.value })}
            >
              <option value="">{t("form.nothing")}</option>
              {connections
                .filter((one) => one.database)
                .map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.display_name ?? one.name}
                  </option>
                ))}
            </select>
          </ImportField>
          <ImportField label={t("connection.ask")} problem={missing.query}>
            <input
              type="text"
              className="mono"
              spellCheck={false}
              value={draft.query}
              onChange={(event) => onChange({ query: event.target.value })}
            />
          </ImportField>
        </div>
      )}
    </Load>
  );
}
