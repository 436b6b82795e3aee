// The names in a version of a dataset, and in the other one of an operation on two.

import { useMemo } from "react";

import * as routes from "../../api/routes";
import { usePoll } from "../../api/usePoll";
import { NO_TERMS, type Terms } from "../../forms/terms";
import { keyOf, usePlace } from "./place";

/** `other` is `name@v3`, or empty. Until they are there, nothing is suggested. */
export function useTermsOf(version: number, other: string): Terms {
  const place = usePlace();
  const mine = usePoll(
    keyOf(place, "vocabulary", version),
    (signal) => routes.vocabulary(place, version, signal),
    0,
  ).data;
  const [name = "", number = ""] = other.split("@v");
  const theirs = usePoll(
    `vocabulary ${other}`,
    (signal) =>
      name ? routes.vocabulary({ name }, Number(number), signal) : Promise.resolve(undefined),
    0,
  ).data;
  return useMemo(
    () => (mine ? { ...mine, other_columns: theirs?.columns ?? [] } : NO_TERMS),
    [mine, theirs],
  );
}
