// Keys of a whole page. Where one types, listens or answers a question, keys are one's own.

import { useEffect, useRef } from "react";

const OWN = "input, textarea, select, audio, video, dialog, [contenteditable]";

export function useKeys(onPress: (event: KeyboardEvent) => void): void {
  const press = useRef(onPress);
  press.current = onPress;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const own = event.target instanceof Element && event.target.closest(OWN) !== null;
      if (own || event.repeat || document.querySelector("dialog[open]")) return;
      press.current(event);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
