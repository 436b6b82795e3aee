import { expect, test } from "vitest";

import { runPath } from "./routes";

test("a run's own name may hold any character", () => {
  const id = "default/small/scheduled__2026-11-21T00:00:00+00:00";
  expect(runPath(id)).toBe("default/small/scheduled__2026-11-21T00%3A00%3A00%2B00%3A00");
  expect(runPath("p/l/a/b")).toBe("p/l/a%2Fb");
});
