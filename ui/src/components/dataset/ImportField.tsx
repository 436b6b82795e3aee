// A field of an import: name, help, and what is missing.

import { cloneElement, type ReactElement, useId } from "react";

import type { Key } from "../../messages";
import { useText } from "../../settings";

interface Named {
  id?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean;
}

interface ImportFieldProps {
  label: string;
  /** The input. */
  children: ReactElement<Named>;
  help?: string;
  problem: Key | undefined;
}

export function ImportField({ label, children, help, problem }: ImportFieldProps) {
  const t = useText();
  const id = useId();
  return (
    <div className="field">
      <label className="field-name" htmlFor={id}>
        {label}
      </label>
      {cloneElement(children, {
        id,
        "aria-describedby": help ? `${id}-help` : undefined,
        "aria-invalid": problem !== undefined,
      })}
      {problem && (
        <span className="field-error" role="alert">
          {t(problem)}
        </span>
      )}
      {help && (
        <span className="field-help" id={`${id}-help`}>
          {help}
        </span>
      )}
    </div>
  );
}
