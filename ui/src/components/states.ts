// Which colour and pictogram a state has. The pictogram alone tells states apart, too.

import type { IconName } from "./Icon";

export type Tone = "good" | "busy" | "wait" | "bad" | "refused" | "still";

export interface Look {
  tone: Tone;
  icon: IconName;
}

const LOOKS: Record<string, Look> = {
  // runs and stages
  draft: { tone: "still", icon: "dot" },
  queued: { tone: "still", icon: "clock" },
  planned: { tone: "still", icon: "clock" },
  pending: { tone: "still", icon: "dot" },
  running: { tone: "busy", icon: "play" },
  waiting: { tone: "wait", icon: "pause" },
  succeeded: { tone: "good", icon: "check" },
  reused: { tone: "good", icon: "again" },
  failed: { tone: "bad", icon: "cross" },
  rejected: { tone: "refused", icon: "ban" },
  skipped: { tone: "still", icon: "skip" },
  // services and revisions
  serving: { tone: "good", icon: "check" },
  healthy: { tone: "good", icon: "check" },
  updating: { tone: "busy", icon: "again" },
  removed: { tone: "still", icon: "stop" },
  starting: { tone: "busy", icon: "play" },
  unhealthy: { tone: "bad", icon: "alert" },
  draining: { tone: "wait", icon: "clock" },
  stopped: { tone: "still", icon: "stop" },
  empty: { tone: "still", icon: "dot" },
  // pools and nodes of clusters
  online: { tone: "good", icon: "check" },
  offline: { tone: "still", icon: "stop" },
  abnormal: { tone: "bad", icon: "alert" },
  ready: { tone: "good", icon: "check" },
  not_ready: { tone: "bad", icon: "alert" },
  // images
  building: { tone: "busy", icon: "play" },
  // campaigns, packages and items of labelling
  "campaign.state.open": { tone: "busy", icon: "play" },
  "item.state.draft": { tone: "busy", icon: "pen" },
  ended: { tone: "still", icon: "lock" },
  unassigned: { tone: "still", icon: "dot" },
  assigned: { tone: "busy", icon: "user" },
  labelling: { tone: "busy", icon: "pen" },
  labelled: { tone: "busy", icon: "pen" },
  submitted: { tone: "wait", icon: "clock" },
  auditing: { tone: "wait", icon: "eye" },
  returned: { tone: "refused", icon: "back" },
  passed: { tone: "good", icon: "check" },
  approved: { tone: "good", icon: "check" },
  aside: { tone: "wait", icon: "skip" },
  excluded: { tone: "still", icon: "skip" },
  // tokens
  active: { tone: "good", icon: "check" },
  expired: { tone: "still", icon: "clock" },
  revoked: { tone: "still", icon: "ban" },
  // verdicts and models
  accepted: { tone: "good", icon: "check" },
  refused: { tone: "refused", icon: "ban" },
  champion: { tone: "busy", icon: "flag" },
};

/** The look of `state` of a kind of things; a state that a newer API knows looks still. */
export function look(state: string, kind = "state"): Look {
  return LOOKS[`${kind}.${state}`] ?? LOOKS[state] ?? { tone: "still", icon: "dot" };
}
