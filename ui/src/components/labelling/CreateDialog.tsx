// A new campaign: which version, and what is to be other than its labels.yaml says.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { DatasetBrief } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { Words } from "../../forms/Words";
import { useIdentity } from "../../identity";
import {
  bodyOf,
  type CampaignDraft,
  draftOf,
  type Missing,
  missing,
  NOTHING,
} from "../../labelling/draft";
import type { Key } from "../../messages";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { Action } from "../Action";
import { DatasetFields } from "../dataset/DatasetFields";
import { ImportField } from "../dataset/ImportField";
import { Dialog } from "../Dialog";
import { errorText, Failure, Load } from "../Load";

interface CreateDialogProps {
  /** What is chosen already. */
  start?: Partial<CampaignDraft>;
  onClose: () => void;
}

export function CreateDialog({ start = {}, onClose }: CreateDialogProps) {
  const t = useText();
  const { session } = useIdentity();
  const navigate = useNavigate();
  const asked = usePoll("datasets to label", (signal) => routes.datasets({}, signal), 0);
  const [typed, setTyped] = useState<Partial<CampaignDraft>>(start);
  const { dataset = "", version = "" } = typed;
  const file = usePoll(
    `labels of ${dataset} ${version}`,
    async (signal) => (dataset ? await routes.labellingSpec(dataset, version, signal) : null),
    0,
  );
  const spec = (file.error === undefined && file.data?.spec) || {};
  const draft: CampaignDraft = { ...NOTHING, ...draftOf(spec), ...typed };
  const [wrong, setWrong] = useState<Missing>({});
  const { busy, error, send } = useSending();
  const change = (changes: Partial<CampaignDraft>) => {
    setTyped((before) => ({ ...before, ...changes }));
    setWrong({});
  };

  function create() {
    const found = missing(draft);
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    void send(async () => {
      const made = await routes.createCampaign(bodyOf(draft, spec));
      await navigate(`/labelling/${made.name}`);
    });
  }

  return (
    <Dialog
      title={t("campaign.new")}
      size="large"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <Action
            kind="primary"
            permission={session.permissions["label.create"]}
            busy={busy}
            onClick={create}
          >
            {t(busy ? "campaign.creating" : "campaign.create")}
          </Action>
        </>
      }
    >
      <p className="quiet">{t("campaign.new.about")}</p>
      {file.error !== undefined && <Failure error={file.error} retry={file.refresh} />}
      <Load from={asked}>
        {(found) => (
          <Form
            draft={draft}
            wrong={wrong}
            datasets={found.filter(
              (one) =>
                one.project === session.project && one.latest !== null && one.modality !== "table",
            )}
            onChange={change}
          />
        )}
      </Load>
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </Dialog>
  );
}

interface FormProps {
  draft: CampaignDraft;
  wrong: Missing;
  datasets: readonly DatasetBrief[];
  onChange: (changes: Partial<CampaignDraft>) => void;
}

function Form({ draft, wrong, datasets, onChange }: FormProps) {
  const t = useText();
  const choice = (field: keyof CampaignDraft, label: Key, values: readonly string[], kind: string) => (
    <ImportField label={t(label)} problem={wrong[field]}>
      <select value={draft[field]} onChange={(event) => onChange({ [field]: event.target.value })}>
        {draft[field] === "" && <option value="">{t("campaign.from.file")}</option>}
        {values.map((value) => (
          <option key={value} value={value}>
            {t(`spec.${kind}.${value}` as Key)}
          </option>
        ))}
      </select>
    </ImportField>
  );
  const amount = (field: keyof CampaignDraft, label: Key, help: Key) => (
    <ImportField label={t(label)} help={t(help)} problem={wrong[field]}>
      <input
        type="text"
        inputMode="decimal"
        placeholder={t("campaign.from.file")}
        value={draft[field]}
        onChange={(event) => onChange({ [field]: event.target.value })}
      />
    </ImportField>
  );
  return (
    <>
      <div className="fields">
        <DatasetFields
          datasets={datasets}
          chosen={draft}
          problem={wrong.dataset}
          onChange={onChange}
        />
        <ImportField label={t("name")} help={t("campaign.name.help")} problem={wrong.name}>
          <input
            type="text"
            className="mono"
            spellCheck={false}
            value={draft.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        </ImportField>
        {choice("samples", "spec.name.samples", ["waiting", "all"], "samples")}
        {choice("existing", "spec.name.existing", ["ignore", "suggestion", "truth"], "existing")}
        {amount("hours", "campaign.hours", "campaign.hours.help")}
      </div>
      <h3>{t("campaign.people")}</h3>
      <div className="fields">
        <People field="annotators" draft={draft} onChange={onChange} />
        <People field="reviewers" draft={draft} onChange={onChange} />
        {choice("assignment", "spec.name.assignment", ["by_hand", "round_robin", "by_skill"], "assignment")}
        {draft.assignment === "by_skill" && <People field="skills" draft={draft} onChange={onChange} />}
      </div>
      <h3>{t("campaign.quality")}</h3>
      <div className="fields">
        {amount("packageSize", "spec.size", "campaign.size.help")}
        {amount("audit", "campaign.audit", "campaign.audit.help")}
        {amount("overlap", "spec.overlap", "campaign.overlap.help")}
        {choice("consensus", "spec.name.consensus", ["majority", "adjudicator"], "consensus")}
      </div>
      <ImportField label={t("spec.instructions")} help={t("campaign.instructions.help")} problem={undefined}>
        <textarea
          rows={3}
          placeholder={t("campaign.from.file")}
          value={draft.instructions}
          onChange={(event) => onChange({ instructions: event.target.value })}
        />
      </ImportField>
    </>
  );
}

interface PeopleProps {
  field: "annotators" | "reviewers" | "skills";
  draft: CampaignDraft;
  onChange: (changes: Partial<CampaignDraft>) => void;
}

function People({ field, draft, onChange }: PeopleProps) {
  const t = useText();
  const id = `campaign-${field}`;
  const help = t(field === "skills" ? "campaign.skills.help" : "campaign.people.help");
  return (
    <div className="field">
      <label className="field-name" htmlFor={id}>
        {t(`spec.${field}`)}
      </label>
      <Words
        id={id}
        field={{ path: field, help }}
        text={draft[field]}
        known={[]}
        wrong={false}
        onChange={(text) => onChange({ [field]: text })}
      />
      <span className="field-help" id={`${id}-help`}>
        {help}
      </span>
    </div>
  );
}
