// One act at a time that the API is asked to do: whether it is under way, what went wrong last.

import { useState } from "react";

export interface Sending {
  busy: boolean;
  /** What the last act failed with; undefined while one is under way. */
  error: unknown;
  send: (act: () => Promise<void>) => Promise<void>;
}

export function useSending(): Sending {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  async function send(act: () => Promise<void>) {
    setBusy(true);
    setError(undefined);
    try {
      await act();
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  }

  return { busy, error, send };
}
