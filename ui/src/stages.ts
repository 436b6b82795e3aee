// Which stage of a run to look at first.

import type { Run } from "./api/types";

/** The one that failed, else the one at work, else the last that did something. */
export function defaultStage(run: Pick<Run, "stages" | "failed_node">): string | undefined {
  const { stages } = run;
  const failed = stages.find((stage) => stage.node === run.failed_node);
  const active = stages.find((stage) => stage.state === "running" || stage.state === "waiting");
  const refused = stages.find((stage) => stage.state === "failed" || stage.state === "rejected");
  const done = stages.findLast((stage) => stage.state === "succeeded" || stage.state === "reused");
  return (failed ?? refused ?? active ?? done ?? stages[0])?.node;
}
