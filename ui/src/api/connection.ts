// Whether the API answers. Every request reports here, so that one banner speaks for all.

export interface Connection {
  away: boolean;
  /** When the API answered last, in ms since 1970. */
  answered: number | undefined;
}

type Listener = () => void;

let state: Connection = { away: false, answered: undefined };
const listeners = new Set<Listener>();
const wakers = new Set<Listener>();

export function connection(): Connection {
  return state;
}

export function subscribe(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** `waker` is called when the API answers again, and when somebody asks to try now. */
export function onWake(waker: Listener): () => void {
  wakers.add(waker);
  return () => void wakers.delete(waker);
}

export function wake(): void {
  for (const waker of [...wakers]) waker();
}

export function report(answered: boolean): void {
  const back = answered && state.away;
  if (!answered || state.away || moment() - (state.answered ?? 0) > 1000) {
    state = { away: !answered, answered: answered ? moment() : state.answered };
    for (const listener of [...listeners]) listener();
  }
  if (back) wake();
}

function moment(): number {
  return Date.now();
}
