// A list of objects: a row of fields for each, to be added, moved and removed; or all as JSON.

import { type RefObject, useEffect, useId, useRef } from "react";

import { Icon } from "../components/Icon";
import { useText } from "../settings";
import { choiceWord } from "./choices";
import { Fields } from "./Fields";
import { FieldName, type FieldProps, Said } from "./parts";
import { freshRow, problemsIn, type Row, rowsFrom, rowsInJson, shapeOf } from "./reading";
import { type FieldSpec, KEY, type Shape } from "./schema";
import { useTerms } from "./terms";

export function RowList(props: FieldProps) {
  const { field, entry, problem, onChange, changed } = props;
  const t = useText();
  const terms = useTerms();
  const id = useId();
  const typed = typeof entry === "string";
  const back = typed ? backToRows(field, entry) : undefined;
  const list = useRef<HTMLOListElement>(null);
  const foot = useRef<HTMLDivElement>(null);
  const done = useRef<"added" | "removed">(undefined);
  // Who works by keyboard goes on in the new row, or where the next one is added.
  useEffect(() => {
    const there = done.current === "added" ? list.current?.lastElementChild : foot.current;
    if (done.current) there?.querySelector<HTMLElement>("input, select, button")?.focus();
    done.current = undefined;
  }, [entry.length]);

  function add(shape: Shape) {
    if (typed) return;
    done.current = "added";
    onChange([...entry, freshRow(shape)]);
  }

  return (
    <fieldset className={changed ? "field row-list is-changed" : "field row-list"}>
      <legend className="field-name">
        <FieldName name={field.name} changed={changed} />
      </legend>
      <Said field={field} problem={problem} id={id} />
      {typed ? (
        <textarea
          className="mono"
          rows={8}
          spellCheck={false}
          aria-label={t("form.json.of", { name: field.name })}
          aria-invalid={problem !== undefined}
          value={entry}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <Rows
          {...props}
          rows={entry}
          list={list}
          onChange={(rows) => {
            if (rows.length < entry.length) done.current = "removed";
            onChange(rows);
          }}
        />
      )}
      <div className="row-list-foot" ref={foot}>
        {!typed && <Add field={field} onAdd={add} />}
        {field.kind === "rows" && (
          <button
            type="button"
            className="link-button"
            disabled={typed && back === undefined}
            title={typed && back === undefined ? t("form.json.only") : undefined}
            onClick={() => onChange(typed ? (back ?? entry) : rowsInJson(field, entry, terms))}
          >
            {t(typed ? "form.json.back" : "form.json.edit")}
          </button>
        )}
      </div>
    </fieldset>
  );
}

/** The rows of what was typed as JSON, if fields can show it. */
function backToRows(field: FieldSpec, text: string): readonly Row[] | undefined {
  try {
    return rowsFrom(field, text.trim() === "" ? [] : (JSON.parse(text) as unknown));
  } catch {
    return undefined;
  }
}

interface RowsProps extends FieldProps {
  rows: readonly Row[];
  list: RefObject<HTMLOListElement | null>;
}

function Rows({ field, rows, inside, onChange, list }: RowsProps) {
  if (rows.length === 0) return null;
  return (
    <ol className="rows-made" ref={list}>
      {rows.map((_, at) => (
        <RowOf
          key={`${at} of ${rows.length}`}
          field={field}
          rows={rows}
          at={at}
          problems={problemsIn(inside, String(at))}
          onChange={onChange}
        />
      ))}
    </ol>
  );
}

interface RowOfProps {
  field: FieldSpec;
  rows: readonly Row[];
  at: number;
  problems: FieldProps["inside"];
  onChange: (rows: readonly Row[]) => void;
}

function RowOf({ field, rows, at, problems, onChange }: RowOfProps) {
  const t = useText();
  const row = rows[at] as Row;
  const shape = shapeOf(field, row.shape);
  const told = rows.slice(0, at).some((one) => one.shape === row.shape);
  const name = field.tag ? choiceWord(t, field.tag, row.shape) : "";
  const pair = field.kind === "pairs";
  const moved = (to: number) => {
    const next = rows.filter((_, index) => index !== at);
    next.splice(to, 0, row);
    onChange(next);
  };
  return (
    <li className={pair ? "row-made is-pair" : "row-made"}>
      {field.tag && (
        <header className="row-head">
          <strong>
            {at + 1}. {name}
          </strong>
          {shape?.help && !told && <span className="quiet">{shape.help}</span>}
        </header>
      )}
      <Fields
        fields={pair ? namedPair(shape, t("form.pair.from"), t("form.pair.to")) : (shape?.fields ?? [])}
        draft={row.draft}
        problems={problems}
        terse={told}
        onChange={(path, entry) =>
          onChange(
            rows.map((one, index) =>
              index === at ? { ...one, draft: { ...one.draft, [path]: entry } } : one,
            ),
          )
        }
      />
      <span className="row-acts">
        {field.tag && rows.length > 1 && (
          <>
            <RowAct label={t("form.row.up", { n: at + 1 })} off={at === 0} icon="down" up onClick={() => moved(at - 1)} />
            <RowAct
              label={t("form.row.down", { n: at + 1 })}
              off={at === rows.length - 1}
              icon="down"
              onClick={() => moved(at + 1)}
            />
          </>
        )}
        <RowAct
          label={t("form.row.remove", { n: at + 1 })}
          icon="cross"
          onClick={() => onChange(rows.filter((_, index) => index !== at))}
        />
      </span>
    </li>
  );
}

/** The two fields of a pair under names that people know. */
function namedPair(shape: Shape | undefined, from: string, to: string): FieldSpec[] {
  return (shape?.fields ?? []).map((one) => ({ ...one, name: one.path === KEY ? from : to }));
}

interface RowActProps {
  label: string;
  icon: "down" | "cross";
  up?: boolean;
  off?: boolean;
  onClick: () => void;
}

function RowAct({ label, icon, up = false, off = false, onClick }: RowActProps) {
  return (
    <button
      type="button"
      className={up ? "icon-button is-up" : "icon-button"}
      aria-label={label}
      title={label}
      disabled={off}
      onClick={onClick}
    >
      <Icon name={icon} size={14} />
    </button>
  );
}

/** One more row: of its only shape, or of the one that is chosen. */
function Add({ field, onAdd }: { field: FieldSpec; onAdd: (shape: Shape) => void }) {
  const t = useText();
  const shapes = field.shapes ?? [];
  const [only] = shapes;
  if (!field.tag) {
    return (
      <button
        type="button"
        className="button button-small row-add"
        onClick={() => only && onAdd(only)}
      >
        {t(field.kind === "pairs" ? "form.pair.add" : "form.row.add")}
      </button>
    );
  }
  return (
    <select
      className="row-add"
      aria-label={t("form.row.add.what", { name: field.name })}
      value=""
      onChange={(event) => {
        const shape = shapeOf(field, event.target.value);
        if (shape) onAdd(shape);
      }}
    >
      <option value="">{t("form.row.add.choose")}</option>
      {shapes.map((shape) => (
        <option key={shape.name} value={shape.name}>
          {choiceWord(t, field.tag ?? "", shape.name)}
        </option>
      ))}
    </select>
  );
}
