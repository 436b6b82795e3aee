// The profile of a version: what its values are like. Not every version has one.

import * as routes from "../../api/routes";
import { usePoll } from "../../api/usePoll";
import type { Profile } from "../../samples/profile";
import { keyOf, usePlace } from "./place";

/** Undefined until it is known; null where there is none. `profiled` are those that have one. */
export function useProfile(
  version: number | undefined,
  profiled: readonly number[],
): Profile | null | undefined {
  const place = usePlace();
  const there = version !== undefined && profiled.includes(version);
  const found = usePoll<Profile | null>(
    keyOf(place, "profile", version, there),
    (signal) => (there ? routes.profile(place, version, signal) : Promise.resolve(null)),
    0,
  );
  return found.data;
}
