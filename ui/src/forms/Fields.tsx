// Form fields as people see them.

import { useId } from "react";

import { useText } from "../settings";
import { Boxes } from "./Boxes";
import { choiceWord } from "./choices";
import { FieldName, type FieldProps, type InputProps, Known, Said } from "./parts";
import { comparison, type Draft, differs, type Entry, type Problem, problemsIn, textOf } from "./reading";
import { RowList } from "./RowList";
import type { FieldSpec } from "./schema";
import { factOf, suggestions, useTerms } from "./terms";
import { Words } from "./Words";

interface FieldsProps {
  fields: readonly FieldSpec[];
  draft: Draft;
  problems: Record<string, Problem>;
  onChange: (path: string, entry: Entry) => void;
  /** Say which fields differ from their defaults. */
  compare?: boolean;
  /** Without the help of each field: the row before has it. */
  terse?: boolean;
}

export function Fields({ fields, draft, problems, onChange, compare = false, terse = false }: FieldsProps) {
  const shown = fields.filter((field) => comparison(field.compared, draft) !== "none");
  return (
    <div className="fields">
      {shown.map((field) => {
        const entry = draft[field.path] ?? "";
        return (
          <FieldRow
            key={field.path}
            field={terse ? { ...field, help: "" } : field}
            entry={entry}
            draft={draft}
            problem={problems[field.path]}
            inside={problemsIn(problems, field.path)}
            onChange={(next) => onChange(field.path, next)}
            changed={compare && differs(field, entry)}
          />
        );
      })}
    </div>
  );
}

function FieldRow(props: FieldProps) {
  const { field, entry, draft, problem, onChange, changed } = props;
  const terms = useTerms();
  const id = useId();
  if (field.kind === "rows" || field.kind === "pairs") return <RowList {...props} />;
  if (field.kind === "list" && field.options.length > 0) return <Boxes {...props} />;
  const known = wordsFor(field, draft, terms);
  const several = field.kind === "list" || comparison(field.compared, draft) === "list";
  return (
    <div className={changed ? "field is-changed" : "field"}>
      <label className="field-name" htmlFor={id} title={field.path}>
        <FieldName name={field.name} changed={changed} />
      </label>
      {several && (known.length > 0 || field.kind === "value") ? (
        <Words id={id} field={field} text={textOf(entry)} known={known} wrong={!!problem} onChange={onChange} />
      ) : (
        <Input id={id} field={field} text={textOf(entry)} known={known} wrong={!!problem} onChange={onChange} />
      )}
      <Said field={field} problem={problem} id={id} />
    </div>
  );
}

/** What may stand in a field, of the words of the version that it is about. */
function wordsFor(field: FieldSpec, draft: Draft, terms: ReturnType<typeof useTerms>) {
  if (!field.compared) return suggestions(terms, field.suggests);
  return factOf(terms, textOf(draft[field.compared.column]))?.values ?? [];
}

function Input({ id, field, text, known, wrong, onChange }: InputProps) {
  const t = useText();
  const common = {
    id,
    name: field.path,
    "aria-invalid": wrong,
    "aria-describedby": field.help ? `${id}-help` : undefined,
  };
  if (field.kind === "boolean" || field.kind === "choice") {
    const options = field.kind === "boolean" ? [true, false] : field.options;
    return (
      <select {...common} value={text} onChange={(event) => onChange(event.target.value)}>
        {(field.nullable || text === "") && <option value="">{t("form.nothing")}</option>}
        {options.map((option) => (
          <option key={String(option)} value={String(option)}>
            {typeof option === "boolean"
              ? t(option ? "yes" : "no")
              : choiceWord(t, field.path, String(option))}
          </option>
        ))}
      </select>
    );
  }
  if (["json", "prose", "list"].includes(field.kind)) {
    return (
      <textarea
        {...common}
        className={field.kind === "json" ? "mono" : undefined}
        rows={3}
        spellCheck={false}
        placeholder={field.kind === "list" ? t("form.lines.list") : undefined}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  const wordy = field.kind === "text" || field.kind === "value";
  return (
    <>
      <input
        {...common}
        type="text"
        inputMode={wordy ? "text" : "decimal"}
        list={known.length > 0 ? `${id}-known` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={field.nullable && !field.compared?.op ? t("form.nothing") : ""}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
      <Known id={id} words={known} />
    </>
  );
}
