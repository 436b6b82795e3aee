// One thing that is asked for again and again: at its interval while the page is seen, ever
// slower while the API is away, never while the page is hidden. The last answer is kept.

export interface Snapshot<T> {
  data: T | undefined;
  /** What went wrong last; undefined as soon as an answer comes. */
  error: unknown;
  /** When `data` came, in ms since 1970. */
  at: number | undefined;
}

export interface PollerOptions<T> {
  load: (signal: AbortSignal) => Promise<T>;
  /** Milliseconds between an answer and the next question; 0 asks once. */
  interval: number;
  /** Whether asking again can help after this error; otherwise the poller rests. */
  worthRetrying: (error: unknown) => boolean;
  onChange: (snapshot: Snapshot<T>) => void;
}

/** Longest pause between two tries while the API is away. */
export const LONGEST = 30_000;
const SHORTEST_RETRY = 1_000;

export class Poller<T> {
  private snapshot: Snapshot<T>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request: AbortController | undefined;
  private failures = 0;
  private seen = true;
  private running = false;

  constructor(
    private readonly options: PollerOptions<T>,
    first: Snapshot<T> = { data: undefined, error: undefined, at: undefined },
  ) {
    this.snapshot = first;
  }

  start(seen = true): void {
    this.running = true;
    this.seen = seen;
    if (seen) void this.ask();
  }

  stop(): void {
    this.running = false;
    this.rest();
  }

  /** Ask now, whatever the timer says. */
  refresh(): Promise<void> {
    this.rest();
    return this.ask();
  }

  /** The page was hidden or is seen again. */
  show(seen: boolean): void {
    if (seen === this.seen || !this.running) return;
    this.seen = seen;
    if (seen) void this.refresh();
    else this.rest();
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = undefined;
  }

  private async ask(): Promise<void> {
    const request = new AbortController();
    this.request = request;
    try {
      const data = await this.options.load(request.signal);
      if (request.signal.aborted) return;
      this.failures = 0;
      this.tell({ data, error: undefined, at: Date.now() });
      this.later(request, this.options.interval);
    } catch (error) {
      if (request.signal.aborted) return;
      this.failures += 1;
      this.tell({ ...this.snapshot, error });
      if (!this.options.worthRetrying(error)) return;
      this.later(request, pause(this.failures, this.options.interval));
    }
  }

  private tell(snapshot: Snapshot<T>): void {
    this.snapshot = snapshot;
    this.options.onChange(snapshot);
  }

  /** Unless somebody asked again, or stopped, when told of the answer of `request`. */
  private later(request: AbortController, milliseconds: number): void {
    if (this.request !== request || !this.running || !this.seen || milliseconds === 0) return;
    this.timer = setTimeout(() => void this.ask(), milliseconds);
  }
}

/** Milliseconds to wait after `failures` failures in a row. */
export function pause(failures: number, interval: number): number {
  const first = Math.max(interval, SHORTEST_RETRY);
  return Math.min(first * 2 ** (failures - 1), LONGEST);
}
