// A run that waits for a person: the question, what the gate said, and the two answers.

import { useState } from "react";
import { Link } from "react-router";

import * as routes from "../api/routes";
import type { Approval } from "../api/types";
import { useText } from "../settings";
import { Action } from "./Action";
import { AskDialog } from "./AskDialog";
import { Icon } from "./Icon";
import { ModelLink, runAddress } from "./links";
import { errorText } from "./Load";
import { useNotice } from "./Notice";
import { Reasons } from "./Reasons";
import { Ago } from "./Time";

interface ApprovalCardProps {
  approval: Approval;
  onAnswered: () => Promise<void>;
  /** Say which run it is, with a link. */
  linked?: boolean;
}

export function ApprovalCard({ approval, onAnswered, linked = false }: ApprovalCardProps) {
  const t = useText();
  const [asking, setAsking] = useState<"approve" | "reject">();
  const permission = approval.permissions["approval.answer"];
  return (
    <article className="approval">
      <span className="tone-wait trouble-icon">
        <Icon name="pause" />
      </span>
      <div className="approval-text">
        <h3>
          {linked ? (
            <Link to={runAddress(approval.run_id)}>{approval.subject}</Link>
          ) : (
            approval.subject
          )}
        </h3>
        <p className="quiet">
          {t("approval.asked")} <Ago time={approval.asked} /> · {t("lifecycle")}{" "}
          <Link to={`/lifecycles/${approval.lifecycle}`}>{approval.lifecycle}</Link>
          {approval.model && (
            <>
              {" · "}
              <ModelLink name={approval.model} version={approval.model_version} />
            </>
          )}{" "}
          · {t("started.by", { actor: approval.by })}
        </p>
        <Reasons reasons={approval.reasons} />
      </div>
      <div className="approval-actions">
        <Action kind="primary" permission={permission} onClick={() => setAsking("approve")}>
          {t("approve")}
        </Action>
        <Action permission={permission} onClick={() => setAsking("reject")}>
          {t("reject")}
        </Action>
      </div>
      {asking && (
        <Question
          approval={approval}
          approved={asking === "approve"}
          onClose={() => setAsking(undefined)}
          onAnswered={onAnswered}
        />
      )}
    </article>
  );
}

interface QuestionProps {
  approval: Approval;
  approved: boolean;
  onClose: () => void;
  onAnswered: () => Promise<void>;
}

function Question({ approval, approved, onClose, onAnswered }: QuestionProps) {
  const t = useText();
  const notice = useNotice();
  const [comment, setComment] = useState("");

  async function act() {
    try {
      await routes.answer(approval.run_id, { approved, comment });
      notice(t(approved ? "approval.approved" : "approval.rejected", { run: approval.lifecycle }));
      onClose();
    } catch (problem) {
      // Whose question somebody else has answered is gone with this dialog after asking anew.
      notice(errorText(problem, t("error.away")), "bad");
      throw problem;
    } finally {
      await onAnswered();
    }
  }

  return (
    <AskDialog
      title={t(approved ? "approval.approve.title" : "approval.reject.title")}
      verb={t(approved ? "approve" : "reject")}
      kind={approved ? "primary" : "danger"}
      permission={approval.permissions["approval.answer"]}
      act={act}
      onClose={onClose}
    >
      <p>{approval.subject}</p>
      <Reasons reasons={approval.reasons} />
      <label className="field">
        <span className="field-name">{t("comment")}</span>
        <textarea rows={3} value={comment} onChange={(event) => setComment(event.target.value)} />
      </label>
    </AskDialog>
  );
}
