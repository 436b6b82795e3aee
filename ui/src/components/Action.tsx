// A button for something that not everybody may do. Who may is its tip; who may not still
// reaches it by keyboard and reads why.

import { type ReactNode, useId } from "react";

import type { Permission } from "../api/types";
import { useIdentity } from "../identity";
import { useText } from "../settings";

interface ActionProps {
  permission: Permission | undefined;
  onClick: () => void;
  children: ReactNode;
  kind?: "plain" | "primary" | "danger" | "small";
  /** Why it cannot be done now by anybody; a sentence. */
  obstacle?: string | undefined;
  busy?: boolean;
  label?: string;
}

export function Action(props: ActionProps) {
  const { permission, onClick, children, kind = "plain", obstacle, busy = false, label } = props;
  const tip = useTip(permission, obstacle);
  const id = useId();
  const off = busy || obstacle !== undefined || permission?.allowed === false;
  return (
    <span className="action">
      <button
        type="button"
        className={`button button-${kind}`}
        aria-disabled={off}
        aria-describedby={id}
        aria-label={label}
        aria-busy={busy}
        onClick={() => {
          if (!off) onClick();
        }}
      >
        {children}
      </button>
      <span className="tip" role="tooltip" id={id}>
        {tip}
      </span>
    </span>
  );
}

function useTip(permission: Permission | undefined, obstacle: string | undefined): string {
  const t = useText();
  const { session } = useIdentity();
  if (permission === undefined) return obstacle ?? "";
  const needs = t(`role.${permission.needs}`);
  if (permission.allowed) return obstacle ?? t("may.do", { needs });
  return t("may.not", { needs, role: t(`role.${session.role}`) });
}
