// Where the data of an import are: a file that is sent, an address, a path, a database.

import * as routes from "../../api/routes";
import { usePoll } from "../../api/usePoll";
import type { Key } from "../../messages";
import { CONNECTED, KINDS, type Missing, type SourceDraft } from "../../samples/importing";
import { useText } from "../../settings";
import { Load } from "../Load";
import { ImportField } from "./ImportField";
import { UploadField } from "./UploadField";

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
      {draft.kind === "upload" && (
        <UploadField
          upload={draft.upload}
          problem={missing.upload}
          onUpload={(upload) => onChange({ upload })}
        />
      )}
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
      {CONNECTED.includes(draft.kind) && <ServerFields {...{ draft, missing, onChange }} />}
    </div>
  );
}

/** A connection that was set up, and what is wanted of its server. */
function ServerFields({ draft, missing, onChange }: ImportSourceProps) {
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
                .filter((one) => (draft.kind === "sql" ? one.database : one.kind === draft.kind))
                .map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.display_name ?? one.name}
                  </option>
                ))}
            </select>
          </ImportField>
          {draft.kind === "s3" && (
            <Words name="bucket" label="import.bucket" {...{ draft, missing, onChange }} />
          )}
          {draft.kind === "sql" ? (
            <Words name="query" label="connection.ask" {...{ draft, missing, onChange }} />
          ) : (
            <Words
              name="place"
              label={draft.kind === "s3" ? "import.key" : "import.path"}
              help={draft.kind === "s3" ? "import.key.help" : "import.far.help"}
              {...{ draft, missing, onChange }}
            />
          )}
        </div>
      )}
    </Load>
  );
}

interface WordsProps extends ImportSourceProps {
  name: "bucket" | "query" | "place";
  label: Key;
  help?: Key;
}

function Words({ name, label, help, draft, missing, onChange }: WordsProps) {
  const t = useText();
  return (
    <ImportField label={t(label)} problem={missing[name]} {...(help ? { help: t(help) } : {})}>
      <input
        type="text"
        className="mono"
        spellCheck={false}
        value={draft[name]}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
    </ImportField>
  );
}
