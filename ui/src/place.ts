// Where one is, kept while the tab is open. Inside Airflow, reloading the page makes our frame
// anew at its first page; without this one would be back at the overview.

import { useEffect } from "react";
import { useLocation } from "react-router";

import { framed } from "./preferences";

const PLACE = "aileron.place";

/** Go where this tab was, unless the address says where to. Before the router reads it. */
export function returnToPlace(): void {
  const kept = framed ? sessionStorage.getItem(PLACE) : null;
  if (kept !== null && location.hash === "") history.replaceState(null, "", `#${kept}`);
}

/** Remember each place that is gone to. */
export function useKeptPlace(): void {
  const { pathname, search } = useLocation();
  useEffect(() => {
    if (framed) sessionStorage.setItem(PLACE, pathname + search);
  }, [pathname, search]);
}
