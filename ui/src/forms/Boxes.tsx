// A list whose values are known: a box for each.

import { useId } from "react";

import { useText } from "../settings";
import { choiceWord } from "./choices";
import { FieldName, type FieldProps, Said } from "./parts";
import { linesOf, textOf } from "./reading";

export function Boxes({ field, entry, problem, onChange, changed }: FieldProps) {
  const t = useText();
  const id = useId();
  const chosen = linesOf(textOf(entry));
  const flip = (value: string, on: boolean) =>
    onChange(
      field.options
        .map(String)
        .filter((one) => (one === value ? on : chosen.includes(one)))
        .join("\n"),
    );
  return (
    <fieldset className={changed ? "field boxes is-changed" : "field boxes"}>
      <legend className="field-name">
        <FieldName name={field.name} changed={changed} />
      </legend>
      <span className="boxes-list">
        {field.options.map(String).map((value) => (
          <label key={value} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) => flip(value, event.target.checked)}
            />
            {choiceWord(t, field.path, value)}
          </label>
        ))}
      </span>
      <Said field={field} problem={problem} id={id} />
    </fieldset>
  );
}
