import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ApiError, worthRetrying } from "./errors";
import { LONGEST, pause, Poller, type Snapshot } from "./poller";

const AWAY = new ApiError(0, "pages.away", "");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A poller of a script of answers; an answer that is an error is thrown. */
function polling(answers: unknown[], interval = 1000) {
  const asked: number[] = [];
  const told: Snapshot<unknown>[] = [];
  const start = Date.now();
  const poller = new Poller<unknown>({
    load: () => {
      asked.push(Date.now() - start);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    interval,
    worthRetrying,
    onChange: (snapshot) => void told.push(snapshot),
  });
  return { poller, asked, told };
}

describe("a poller", () => {
  test("asks at its interval", async () => {
    const { poller, asked } = polling(["a"]);
    poller.start();
    await vi.advanceTimersByTimeAsync(2500);
    expect(asked).toEqual([0, 1000, 2000]);
    poller.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(3);
  });

  test("asks ever slower while the API is away, and keeps what it had", async () => {
    const { poller, asked, told } = polling(["a", AWAY]);
    poller.start();
    await vi.advanceTimersByTimeAsync(8500);
    expect(asked).toEqual([0, 1000, 2000, 4000, 8000]);
    expect(told.at(-1)).toMatchObject({ data: "a", error: AWAY });
  });

  test("is itself again when the API is back", async () => {
    const { poller, asked, told } = polling([AWAY, AWAY, "b"]);
    poller.start();
    await vi.advanceTimersByTimeAsync(4500);
    expect(asked).toEqual([0, 1000, 3000, 4000]);
    expect(told.at(-1)).toMatchObject({ data: "b", error: undefined });
  });

  test("rests after a refusal that no patience helps", async () => {
    const { poller, asked } = polling([new ApiError(404, "x", "gone")]);
    poller.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
  });

  test("rests while the page is hidden and asks at once when it is seen", async () => {
    const { poller, asked } = polling(["a"]);
    poller.start();
    await vi.advanceTimersByTimeAsync(1500);
    poller.show(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual([0, 1000]);
    poller.show(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([0, 1000, 11_500]);
  });

  test("has one timer, also when it is refreshed while it is told of an answer", async () => {
    const asked: number[] = [];
    const poller: Poller<number> = new Poller<number>({
      load: () => Promise.resolve(asked.push(Date.now())),
      interval: 1000,
      worthRetrying,
      onChange: ({ data }) => {
        if (data === 1) void poller.refresh();
      },
    });
    poller.start();
    await vi.advanceTimersByTimeAsync(3500);
    expect(asked).toHaveLength(5);
  });

  test("does not tell of an answer that came after it was stopped", async () => {
    const { poller, told } = polling(["late"]);
    poller.start();
    poller.stop();
    await vi.advanceTimersByTimeAsync(10);
    expect(told).toEqual([]);
  });

  test("asks once without an interval", async () => {
    const { poller, asked } = polling(["a"], 0);
    poller.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
  });
});

test("the pause grows to half a minute and no further", () => {
  expect([1, 2, 3, 10, 40].map((failures) => pause(failures, 2000))).toEqual([
    2000,
    4000,
    8000,
    LONGEST,
    LONGEST,
  ]);
  expect(pause(1, 0)).toBe(1000);
});
