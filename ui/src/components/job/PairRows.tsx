// Names with values, row by row: parameters and environment variables.

import type { Pair } from "../../jobs/draft";
import { useText } from "../../settings";
import { Icon } from "../Icon";

interface PairRowsProps {
  label: string;
  help: string;
  rows: readonly Pair[];
  onChange: (rows: readonly Pair[]) => void;
}

export function PairRows({ label, help, rows, onChange }: PairRowsProps) {
  const t = useText();
  const put = (at: number, change: Partial<Pair>) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, ...change } : row)));
  return (
    <fieldset className="pairs">
      <legend className="field-name">{label}</legend>
      <span className="field-help">{help}</span>
      {rows.map((row, at) => (
        // Rows have no name of their own before one is typed.
        <div key={at} className="pair">
          <input
            type="text"
            className="mono"
            spellCheck={false}
            aria-label={t("job.pair.name", { label, row: at + 1 })}
            placeholder={t("name")}
            value={row.name}
            onChange={(event) => put(at, { name: event.target.value })}
          />
          <input
            type="text"
            className="mono"
            spellCheck={false}
            aria-label={t("job.pair.value", { label, row: at + 1 })}
            placeholder={t("job.value")}
            value={row.value}
            onChange={(event) => put(at, { value: event.target.value })}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={t("job.pair.remove", { label, row: at + 1 })}
            onClick={() => onChange(rows.filter((_, i) => i !== at))}
          >
            <Icon name="cross" />
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button button-small"
        onClick={() => onChange([...rows, { name: "", value: "" }])}
      >
        {t("job.pair.add", { label })}
      </button>
    </fieldset>
  );
}
