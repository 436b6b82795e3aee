// The form of one row for a table service, filled with a row that the package was checked with.

import { useState } from "react";

import { Fields } from "../forms/Fields";
import { filledRow, rowBody, rowDraft, rowFields } from "../forms/rows";
import type { Problem } from "../forms/reading";
import { wordFor } from "../messages";
import { useText } from "../settings";
import { Action } from "./Action";
import type { Trial } from "./TryService";

export function TryRow({ service, sample, busy, send }: Trial) {
  const t = useText();
  const fields = rowFields(service.schema?.features ?? [], (type) =>
    wordFor(t, "type", type, ""),
  );
  const [draft, setDraft] = useState(() => rowDraft(fields, sample));
  const [problems, setProblems] = useState<Record<string, Problem>>({});

  function submit() {
    const filled = filledRow(fields, draft);
    setProblems(filled.problems);
    if (Object.keys(filled.problems).length === 0) send(rowBody(filled.values));
  }

  return (
    <form
      className="try-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Fields
        fields={fields}
        draft={draft}
        problems={problems}
        onChange={(path, text) => setDraft((before) => ({ ...before, [path]: text }))}
      />
      <div className="row">
        <Action
          kind="primary"
          permission={service.permissions["service.try"]}
          busy={busy}
          onClick={submit}
        >
          {t("try.send")}
        </Action>
        <button
          type="button"
          className="button"
          onClick={() => setDraft(rowDraft(fields, sample))}
        >
          {t("try.sample")}
        </button>
      </div>
    </form>
  );
}
