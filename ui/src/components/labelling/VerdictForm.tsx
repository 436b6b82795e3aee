// A reviewer's verdict on the item that is shown: approve, or reject and say why.

import { type RefObject, useId } from "react";

import type { Permission } from "../../api/types";
import { useText } from "../../settings";
import { Action } from "../Action";
import { errorText } from "../Load";
import { KeyHelp } from "./KeyHelp";

interface VerdictFormProps {
  permission: Permission | undefined;
  obstacle: string | undefined;
  comment: string;
  onComment: (comment: string) => void;
  field: RefObject<HTMLTextAreaElement | null>;
  /** Whether a rejection was tried without a word. */
  lacking: boolean;
  busy: boolean;
  error: unknown;
  onApprove: () => void;
  onReject: () => void;
}

export function VerdictForm(props: VerdictFormProps) {
  const { permission, obstacle, comment, onComment, field, lacking, busy, error } = props;
  const t = useText();
  const id = useId();
  return (
    <div className="verdict">
      <div className="field">
        <label className="field-name" htmlFor={id}>
          {t("comment")}
        </label>
        <textarea
          id={id}
          ref={field}
          rows={2}
          maxLength={2000}
          aria-describedby={`${id}-help`}
          aria-invalid={lacking}
          value={comment}
          onChange={(event) => onComment(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            event.currentTarget.blur();
            props.onReject();
          }}
        />
        <span id={`${id}-help`} className={lacking ? "field-error" : "field-help"} role={lacking ? "alert" : undefined}>
          {t(lacking ? "review.comment.needed" : "review.comment.help")}
        </span>
      </div>
      <div className="verdict-acts">
        <Action kind="primary" permission={permission} obstacle={obstacle} busy={busy} onClick={props.onApprove}>
          {t("review.approve")} <kbd>a</kbd>
        </Action>
        <Action permission={permission} obstacle={obstacle} busy={busy} onClick={props.onReject}>
          {t("review.reject")} <kbd>r</kbd>
        </Action>
      </div>
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
      <KeyHelp
        label={t("review.keys")}
        keys={[
          [["a"], t("review.approve")],
          [["r"], t("review.reject")],
          [["j", "→"], t("pager.after")],
          [["k", "←"], t("pager.before")],
        ]}
      />
    </div>
  );
}
