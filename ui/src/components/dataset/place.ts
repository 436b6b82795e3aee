// Which dataset a page is about, for all of its parts.

import { createContext, useContext } from "react";

import type { Place } from "../../api/routes";

export const PlaceContext = createContext<Place>({ name: "" });

export function usePlace(): Place {
  return useContext(PlaceContext);
}

/** A key for what is asked of the dataset. */
export function keyOf(place: Place, ...rest: unknown[]): string {
  return ["dataset", place.project ?? "", place.name, ...rest].join(" ");
}
