import { expect, test } from "vitest";

import type { Stage, StageBrief } from "./api/types";
import { look } from "./components/states";
import { defaultStage } from "./stages";

const stages = (...states: StageBrief["state"][]) =>
  states.map((state, i) => ({ node: `n${i}`, state }) as Stage);
const first = (failed_node: string | null, ...states: StageBrief["state"][]) =>
  defaultStage({ stages: stages(...states), failed_node });

test("the failed stage is shown first", () => {
  expect(first("n1", "succeeded", "failed", "skipped")).toBe("n1");
  expect(first(null, "succeeded", "rejected", "skipped")).toBe("n1");
});

test("else the one at work, else the last that was done", () => {
  expect(first(null, "reused", "running", "pending")).toBe("n1");
  expect(first(null, "succeeded", "waiting", "pending")).toBe("n1");
  expect(first(null, "succeeded", "reused", "pending")).toBe("n1");
  expect(first(null, "pending", "pending")).toBe("n0");
  expect(first(null)).toBeUndefined();
});

test("states of the same colour differ in their pictogram", () => {
  const run = ["running", "waiting", "succeeded", "reused", "failed", "rejected", "skipped"];
  expect(new Set(run.map((state) => look(state).icon)).size).toBe(run.length);
  expect(look("unheard")).toEqual({ tone: "still", icon: "dot" });
});
