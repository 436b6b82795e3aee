// What fields of all kinds share: their names, what is said below them, words that are suggested.

import type { ReactNode } from "react";

import { useText } from "../settings";
import type { Draft, Entry, Problem } from "./reading";
import type { FieldSpec } from "./schema";

export interface FieldProps {
  field: FieldSpec;
  entry: Entry;
  /** What stands in the fields around it. */
  draft: Draft;
  problem: Problem | undefined;
  /** Of the fields of its rows. */
  inside: Record<string, Problem>;
  onChange: (entry: Entry) => void;
  changed: boolean;
}

export interface InputProps {
  id: string;
  field: FieldSpec;
  text: string;
  /** Words that are suggested. */
  known: readonly string[];
  wrong: boolean;
  onChange: (text: string) => void;
}

export function FieldName({ name, changed }: { name: string; changed: boolean }): ReactNode {
  const t = useText();
  return (
    <>
      {name}
      {changed && <span className="field-mark">{t("form.changed")}</span>}
    </>
  );
}

interface SaidProps {
  field: FieldSpec;
  problem: Problem | undefined;
  id: string;
}

/** What is wrong with a field, and what it is for. */
export function Said({ field, problem, id }: SaidProps) {
  const t = useText();
  return (
    <>
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
    </>
  );
}

/** The words that an input suggests. */
export function Known({ id, words }: { id: string; words: readonly string[] }) {
  if (words.length === 0) return null;
  return (
    <datalist id={`${id}-known`}>
      {words.map((word) => (
        <option key={word} value={word} />
      ))}
    </datalist>
  );
}
