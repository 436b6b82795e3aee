// A poller as a React hook. Answers are kept by key, so that going back shows them at once.

import { useCallback, useEffect, useRef, useState } from "react";

import { onWake } from "./connection";
import { worthRetrying } from "./errors";
import { Poller, type Snapshot } from "./poller";

const EMPTY: Snapshot<never> = { data: undefined, error: undefined, at: undefined };
const kept = new Map<string, Snapshot<unknown>>();

/** Nothing of one person's answers is shown to the next one. */
export function forgetAnswers(): void {
  kept.clear();
}

export interface Polled<T> extends Snapshot<T> {
  refresh: () => Promise<void>;
}

/**
 * The newest answer of `load`, asked every `interval` ms.
 *
 * `key` names what is asked for; a new key begins anew. With `interval` 0 it is asked once.
 */
export function usePoll<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  interval = 5000,
): Polled<T> {
  const [shown, setShown] = useState<{ key: string; snapshot: Snapshot<T> }>();
  const poller = useRef<Poller<T>>(undefined);
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    const mine = new Poller<T>(
      {
        load: (signal) => loader.current(signal),
        interval,
        worthRetrying,
        onChange: (snapshot) => {
          kept.set(key, snapshot);
          setShown({ key, snapshot });
        },
      },
      kept.get(key) as Snapshot<T> | undefined,
    );
    poller.current = mine;
    mine.start(!document.hidden);
    const seen = () => mine.show(!document.hidden);
    document.addEventListener("visibilitychange", seen);
    const forget = onWake(() => void (document.hidden || mine.refresh()));
    return () => {
      mine.stop();
      document.removeEventListener("visibilitychange", seen);
      forget();
    };
  }, [key, interval]);

  const refresh = useCallback(() => poller.current?.refresh() ?? Promise.resolve(), []);
  const snapshot =
    shown?.key === key ? shown.snapshot : ((kept.get(key) as Snapshot<T> | undefined) ?? EMPTY);
  return { ...snapshot, refresh };
}
