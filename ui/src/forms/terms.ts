// The names of a dataset version that fields suggest, and what its columns hold.

import { createContext, useContext } from "react";

import type { ConditionFact } from "../api/types";

export interface Terms {
  /** What conditions may be about. */
  facts: readonly ConditionFact[];
  columns: readonly string[];
  labels: readonly string[];
  /** Of the other dataset, of an operation on two. */
  other_columns: readonly string[];
}

export const NO_TERMS: Terms = { facts: [], columns: [], labels: [], other_columns: [] };

export const TermsContext = createContext<Terms>(NO_TERMS);

export function useTerms(): Terms {
  return useContext(TermsContext);
}

/** What a field that `suggests` that kind of name may hold. */
export function suggestions(terms: Terms, suggests: string | undefined): readonly string[] {
  switch (suggests) {
    case "facts":
      return terms.facts.map((fact) => fact.name);
    case "columns":
    case "labels":
    case "other_columns":
      return terms[suggests];
    default:
      return [];
  }
}

export function factOf(terms: Terms, name: string): ConditionFact | undefined {
  return terms.facts.find((fact) => fact.name === name);
}
