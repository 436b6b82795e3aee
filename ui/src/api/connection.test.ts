import { expect, test } from "vitest";

import { connection, onWake, report, subscribe } from "./connection";

test("going and coming back are told once, and coming back wakes everybody", () => {
  let told = 0;
  let woken = 0;
  const forget = [subscribe(() => void told++), onWake(() => void woken++)];
  report(true);
  report(false);
  expect(connection().away).toBe(true);
  expect(connection().answered).toBeTypeOf("number");
  const before = told;
  report(true);
  report(true);
  expect(connection().away).toBe(false);
  expect(told - before).toBe(1);
  expect(woken).toBe(1);
  for (const one of forget) one();
  report(false);
  expect(woken).toBe(1);
});
