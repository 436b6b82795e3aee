// A field of an import: name, help, and what is missing.

import type { ReactNode } from "react";

import type { Key } from "../../messages";
import { useText } from "../../settings";

interface ImportFieldProps {
  label: string;
  children: ReactNode;
  help?: string;
  problem: Key | undefined;
}

export function ImportField({ label, children, help, problem }: ImportFieldProps) {
  const t = useText();
  return (
    <label className="field">
      <span className="field-name">{label}</span>
      {children}
      {problem && (
        <span className="field-error" role="alert">
          {t(problem)}
        </span>
      )}
      {help && <span className="field-help">{help}</span>}
    </label>
  );
}
