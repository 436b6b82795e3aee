// The profile of a version: what its values are like. Not every version has one.

import * as routes from "../../api/routes";
import { ApiError } from "../../api/errors";
import { usePoll } from "../../api/usePoll";
import type { Profile } from "../../samples/profile";
import { keyOf, usePlace } from "./place";

/** Undefined until it is known; null where there is none. */
export function useProfile(version: number | undefined): Profile | null | undefined {
  const place = usePlace();
  const found = usePoll<Profile | null>(
    keyOf(place, "profile", version),
    (signal) =>
      routes.profile(place, version, signal).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }),
    0,
  );
  return found.data;
}
