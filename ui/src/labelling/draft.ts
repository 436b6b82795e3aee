// A new campaign as it is typed, and what is asked of the API. Pure functions.

import type { CreateCampaign } from "../api/types";
import { linesOf } from "../forms/reading";
import type { Key } from "../messages";

/** What is empty stays as `labels.yaml` has it. */
export interface CampaignDraft {
  dataset: string;
  version: string;
  name: string;
  samples: string;
  existing: string;
  packageSize: string;
  overlap: string;
  consensus: string;
  /** Percent. */
  audit: string;
  assignment: string;
  annotators: string;
  reviewers: string;
  skills: string;
  hours: string;
  instructions: string;
}

export const NOTHING: CampaignDraft = {
  dataset: "",
  version: "",
  name: "",
  samples: "",
  existing: "",
  packageSize: "",
  overlap: "",
  consensus: "",
  audit: "",
  assignment: "",
  annotators: "",
  reviewers: "",
  skills: "",
  hours: "",
  instructions: "",
};

export type Missing = Partial<Record<keyof CampaignDraft, Key>>;

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** Field -> what is wrong with it. */
export function missing(draft: CampaignDraft): Missing {
  const wrong: Missing = {};
  if (!draft.dataset) wrong.dataset = "campaign.dataset.needed";
  if (draft.name && !NAME.test(draft.name)) wrong.name = "import.name.help";
  if (!within(draft.packageSize, 1, 1000)) wrong.packageSize = "campaign.size.needed";
  if (!within(draft.overlap, 1, 5)) wrong.overlap = "campaign.overlap.needed";
  if (!within(draft.audit, 0, 100, false)) wrong.audit = "campaign.audit.needed";
  if (!(within(draft.hours, 0, 8760, false) && Number(draft.hours || 1) > 0)) {
    wrong.hours = "campaign.hours.needed";
  }
  return wrong;
}

function within(text: string, least: number, most: number, whole = true): boolean {
  if (text.trim() === "") return true;
  const value = Number(text);
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

/** Each once, in the order in which they were named. */
function peopleOf(text: string): string[] {
  return [...new Set(linesOf(text))];
}

/** What the API is asked for: of the specification only what was typed. */
export function bodyOf(draft: CampaignDraft): CreateCampaign {
  const spec: Record<string, unknown> = {};
  const put = (field: string, text: string, value: unknown) => {
    if (text.trim() !== "") spec[field] = value;
  };
  put("samples", draft.samples, draft.samples);
  put("existing", draft.existing, draft.existing);
  put("package_size", draft.packageSize, Number(draft.packageSize));
  put("overlap", draft.overlap, Number(draft.overlap));
  put("consensus", draft.consensus, draft.consensus);
  put("audit", draft.audit, { share: Number(draft.audit) / 100 });
  put("assignment", draft.assignment, draft.assignment);
  put("annotators", draft.annotators, peopleOf(draft.annotators));
  put("reviewers", draft.reviewers, peopleOf(draft.reviewers));
  if (draft.assignment === "by_skill") put("skills", draft.skills, linesOf(draft.skills));
  put("hours", draft.hours, Number(draft.hours));
  put("instructions", draft.instructions, draft.instructions);
  return {
    dataset: draft.dataset,
    version: draft.version ? Number(draft.version) : null,
    name: draft.name || null,
    spec,
  };
}
