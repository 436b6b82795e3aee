// Form fields as people see them.

import { useId } from "react";

import { useText } from "../settings";
import { wordFor } from "../messages";
import { type Draft, type FieldSpec, linesOf, type Problem, written } from "./schema";

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
  if (field.kind === "list" && field.options.length > 0) {
    return <Boxes field={field} text={text} problem={problem} onChange={onChange} differs={differs} />;
  }
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

interface BoxesProps extends Omit<FieldRowProps, "compare"> {
  differs: boolean;
}

/** A list whose values are known: a box for each. */
function Boxes({ field, text, problem, onChange, differs }: BoxesProps) {
  const t = useText();
  const chosen = linesOf(text);
  const flip = (value: string, on: boolean) =>
    onChange(
      field.options
        .map(String)
        .filter((one) => (one === value ? on : chosen.includes(one)))
        .join("\n"),
    );
  return (
    <fieldset className={differs ? "field boxes is-changed" : "field boxes"}>
      <legend className="field-name">
        {field.name}
        {differs && <span className="field-mark">{t("form.changed")}</span>}
      </legend>
      <span className="boxes-list">
        {field.options.map(String).map((value) => (
          <label key={value} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) => flip(value, event.target.checked)}
            />
            {wordFor(t, "option", value)}
          </label>
        ))}
      </span>
      {problem && (
        <span className="field-error" role="alert">
          {t(problem.key, problem.values)}
        </span>
      )}
      {field.help && <span className="field-help">{field.help}</span>}
    </fieldset>
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
            {typeof option === "boolean"
              ? t(option ? "yes" : "no")
              : wordFor(t, "option", String(option))}
          </option>
        ))}
      </select>
    );
  }
  if (["json", "prose", "list", "pairs"].includes(field.kind)) {
    return (
      <textarea
        {...common}
        className={field.kind === "json" ? "mono" : undefined}
        rows={3}
        spellCheck={false}
        placeholder={
          field.kind === "list" || field.kind === "pairs" ? t(`form.lines.${field.kind}`) : undefined
        }
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
