// A log that is read to its end and then followed, piece by piece.

import { useEffect, useState } from "react";

import { onWake } from "./connection";
import { worthRetrying } from "./errors";
import { Poller } from "./poller";

export interface Piece {
  text: string;
  next: number;
  ended: boolean;
}

export interface Tail {
  text: string;
  ended: boolean;
  /** Whether the first piece has come. */
  begun: boolean;
  error: unknown;
}

const NOTHING: Tail = { text: "", ended: false, begun: false, error: undefined };
const EVERY_MS = 2000;
/** Characters kept; of a longer log the end is shown. */
export const KEPT = 400_000;

/** `read` gives what comes after `next` of the piece before; undefined asks for the beginning. */
export function useTail(
  key: string,
  read: (next: number | undefined, signal: AbortSignal) => Promise<Piece>,
): Tail {
  const [shown, setShown] = useState<{ key: string; tail: Tail }>();
  useEffect(() => {
    let tail = NOTHING;
    let next: number | undefined;
    const poller = new Poller<Piece>({
      load: (signal) => read(next, signal),
      interval: EVERY_MS,
      worthRetrying,
      onChange: ({ data, error }) => {
        if (error !== undefined || data === undefined) tail = { ...tail, error };
        else {
          next = data.next;
          const text = (tail.text + data.text).slice(-KEPT);
          tail = { text, ended: data.ended, begun: true, error: undefined };
          if (data.ended) poller.stop();
          else if (data.text !== "") void poller.refresh();
        }
        setShown({ key, tail });
      },
    });
    poller.start(!document.hidden);
    const seen = () => poller.show(!document.hidden);
    document.addEventListener("visibilitychange", seen);
    const forget = onWake(() => void (document.hidden || tail.ended || poller.refresh()));
    return () => {
      poller.stop();
      document.removeEventListener("visibilitychange", seen);
      forget();
    };
    // `read` follows from `key`.
  }, [key]);
  return shown?.key === key ? shown.tail : NOTHING;
}
