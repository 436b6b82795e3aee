// A new campaign as it is typed, and what is asked of the API. Pure functions.

import type { CreateCampaign } from "../api/types";
import { linesOf } from "../forms/reading";
import type { Key } from "../messages";
import { auditOf, peopleOf, personOf, textOf, wordsOf } from "./spec";

type Document = Readonly<Record<string, unknown>>;

/** What is empty stays as `labels.yaml` has it, but for people, hours and instructions: none. */
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
function namesIn(text: string): string[] {
  return [...new Set(linesOf(text))];
}

/** The form as a specification fills it in; what the form cannot say is empty. */
export function draftOf(spec: Document): CampaignDraft {
  const audit = auditOf(spec);
  return {
    ...NOTHING,
    samples: textOf(spec, "samples"),
    existing: textOf(spec, "existing"),
    packageSize: textOf(spec, "package_size"),
    overlap: textOf(spec, "overlap"),
    consensus: textOf(spec, "consensus"),
    audit: audit && "share" in audit ? String(Number((audit.share * 100).toFixed(6))) : "",
    assignment: textOf(spec, "assignment"),
    annotators: peopleOf(spec, "annotators").join("\n"),
    reviewers: wordsOf(spec, "reviewers").join("\n"),
    skills: wordsOf(spec, "skills").join("\n"),
    hours: textOf(spec, "hours"),
    instructions: textOf(spec, "instructions"),
  };
}

/** What the API is asked for: of the specification only what is other than in `file`. */
export function bodyOf(draft: CampaignDraft, file: Document = {}): CreateCampaign {
  const before = draftOf(file);
  const spec: Record<string, unknown> = {};
  const put = (field: string, name: keyof CampaignDraft, value: (text: string) => unknown) => {
    const text = draft[name].trim();
    if (text !== before[name].trim()) spec[field] = value(text);
  };
  const putSaid: typeof put = (field, name, value) => {
    if (draft[name].trim() !== "") put(field, name, value);
  };
  const itself = (text: string) => text;
  putSaid("samples", "samples", itself);
  putSaid("existing", "existing", itself);
  putSaid("package_size", "packageSize", Number);
  putSaid("overlap", "overlap", Number);
  putSaid("consensus", "consensus", itself);
  putSaid("audit", "audit", (text) => ({ share: Number(text) / 100 }));
  putSaid("assignment", "assignment", itself);
  put("annotators", "annotators", (text) =>
    namesIn(text).map((name) => personOf(file, "annotators", name)),
  );
  put("reviewers", "reviewers", namesIn);
  if (draft.assignment === "by_skill") put("skills", "skills", linesOf);
  else if (before.skills !== "") spec["skills"] = [];
  put("hours", "hours", (text) => (text === "" ? null : Number(text)));
  put("instructions", "instructions", itself);
  return {
    dataset: draft.dataset,
    version: draft.version ? Number(draft.version) : null,
    name: draft.name || null,
    spec,
  };
}
