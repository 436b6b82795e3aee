// A row of links that scrolls sideways in a narrow window shows the one where one is.

import { type RefObject, useEffect, useRef } from "react";

/** For the box of the links; `here` changes with the current one. */
export function useCurrentShown<T extends HTMLElement>(here: string): RefObject<T | null> {
  const box = useRef<T>(null);
  useEffect(() => {
    const current = box.current?.querySelector("[aria-current]");
    if (!box.current || !current) return;
    const [outer, inner] = [box.current, current].map((one) => one.getBoundingClientRect());
    if (!outer || !inner) return;
    const middle = (rect: DOMRect) => rect.left + rect.width / 2;
    box.current.scrollLeft += middle(inner) - middle(outer);
  }, [here]);
  return box;
}
