// Form fields as people see them.

import { useId } from "react";

import { useText } from "../settings";
import { type Draft, type FieldSpec, type Problem, written } from "./schema";

interface FieldsProps {
  fields: readonly FieldSpec[];
  draft: Draft;
  problems: Record<string, Problem>;
  onChange: (path: string, text: string) => void;
  /** Say which fields differ from their defaults. */
  compare?: boolean;
}

export function Fields({ fields, draft, problems, onChange, compare = false }: FieldsProps) {
  return (
    <div className="fields">
      {fields.map((field) => (
        <FieldRow
          key={field.path}
          field={field}
          text={draft[field.path] ?? ""}
          problem={problems[field.path]}
          onChange={(text) => onChange(field.path, text)}
          compare={compare}
        />
      ))}
    </div>
  );
}

interface FieldRowProps {
  field: FieldSpec;
  text: string;
  problem: Problem | undefined;
  onChange: (text: string) => void;
  compare: boolean;
}

function FieldRow({ field, text, problem, onChange, compare }: FieldRowProps) {
  const t = useText();
  const id = useId();
  const differs = compare && text !== written(field, field.default);
  return (
    <div className={differs ? "field is-changed" : "field"}>
      <label className="field-name" htmlFor={id} title={field.path}>
        {field.name}
        {differs && <span className="field-mark">{t("form.changed")}</span>}
      </label>
      <Input id={id} field={field} text={text} wrong={problem !== undefined} onChange={onChange} />
      {problem && (
        <span className="field-error" role="alert">
          {t(problem.key, problem.values)}
        </span>
      )}
      {field.help && (
        <span className="field-help" id={`${id}-help`}>
          {field.help}
        </span>
      )}
    </div>
  );
}

interface InputProps {
  id: string;
  field: FieldSpec;
  text: string;
  wrong: boolean;
  onChange: (text: string) => void;
}

function Input({ id, field, text, wrong, onChange }: InputProps) {
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
            {typeof option === "boolean" ? t(option ? "yes" : "no") : String(option)}
          </option>
        ))}
      </select>
    );
  }
  if (field.kind === "json" || field.kind === "prose") {
    return (
      <textarea
        {...common}
        className={field.kind === "json" ? "mono" : undefined}
        rows={3}
        spellCheck={false}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return (
    <input
      {...common}
      type="text"
      inputMode={field.kind === "text" ? "text" : "decimal"}
      autoComplete="off"
      spellCheck={false}
      placeholder={field.nullable ? t("form.nothing") : ""}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
