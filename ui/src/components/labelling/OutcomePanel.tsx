// The end of an audit: passed, errors go back, or all goes back.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { LabelPackage, Permission } from "../../api/types";
import { packageAddress } from "../../labelling/progress";
import { hindrance, type Outcome, OUTCOMES, type Tally } from "../../labelling/review";
import { useText } from "../../settings";
import { Action } from "../Action";
import { AskDialog } from "../AskDialog";
import { useNotice } from "../Notice";
import { Panel } from "../Page";

interface OutcomePanelProps {
  one: LabelPackage;
  /** Of the package, with its lane. */
  name: string;
  /** Of the items of the audit. */
  tally: Tally;
  permission: Permission | undefined;
}

export function OutcomePanel({ one, name, tally, permission }: OutcomePanelProps) {
  const t = useText();
  const [asking, setAsking] = useState<Outcome>();

  function why(outcome: Outcome): string | undefined {
    const found = hindrance(outcome, tally);
    return found && t(`audit.not.${found}`, { n: tally.left });
  }

  return (
    <Panel title={t("audit.outcome")}>
      <p>
        {t("audit.tally", {
          done: tally.total - tally.left,
          all: tally.total,
          approved: tally.approved,
          rejected: tally.rejected,
        })}
      </p>
      <div className="outcomes">
        {OUTCOMES.map((outcome) => (
          <div key={outcome} className="outcome">
            <Action
              kind={outcome !== "rejected" && why(outcome) === undefined ? "primary" : "plain"}
              permission={permission}
              obstacle={why(outcome)}
              onClick={() => setAsking(outcome)}
            >
              {t(`audit.${outcome}`)}
            </Action>
            <span className="quiet">{t(`audit.${outcome}.effect`)}</span>
          </div>
        ))}
      </div>
      {asking && (
        <Question
          one={one}
          name={name}
          outcome={asking}
          wordless={asking === "rejected" && tally.rejected === 0}
          permission={permission}
          onClose={() => setAsking(undefined)}
        />
      )}
    </Panel>
  );
}

interface QuestionProps {
  one: LabelPackage;
  name: string;
  outcome: Outcome;
  /** Whether the annotator would be told nothing without a comment. */
  wordless: boolean;
  permission: Permission | undefined;
  onClose: () => void;
}

function Question({ one, name, outcome, wordless, permission, onClose }: QuestionProps) {
  const t = useText();
  const notice = useNotice();
  const navigate = useNavigate();
  const [comment, setComment] = useState("");

  async function act() {
    await routes.auditPackage(one.id, { outcome, comment: comment.trim() });
    notice(t(`audit.${outcome}.done`, { name }));
    await navigate(packageAddress(one));
  }

  return (
    <AskDialog
      title={t(`audit.${outcome}.title`, { name })}
      verb={t(`audit.${outcome}`)}
      kind={outcome === "rejected" ? "danger" : "primary"}
      permission={permission}
      obstacle={wordless && comment.trim() === "" ? t("audit.comment.needed") : undefined}
      act={act}
      onClose={onClose}
    >
      <p>{t(`audit.${outcome}.effect`)}</p>
      <label className="field">
        <span className="field-name">{t("comment")}</span>
        <textarea
          rows={3}
          maxLength={2000}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
    </AskDialog>
  );
}
