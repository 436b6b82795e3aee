// The form for a new API token, and the one time that its secret is seen.

import { useState } from "react";

import * as routes from "../api/routes";
import type { MadeToken, Permission, Role } from "../api/types";
import { useText } from "../settings";
import { AskDialog } from "./AskDialog";
import { Copy } from "./Copy";
import { Dialog } from "./Dialog";

const ROLES: readonly Role[] = ["viewer", "annotator", "developer", "operator", "admin"];
const DAYS = [7, 30, 90, 365] as const;
const NEVER = "";

interface NewTokenDialogProps {
  permission: Permission | undefined;
  onClose: () => void;
  onMade: () => Promise<void>;
}

export function NewTokenDialog({ permission, onClose, onMade }: NewTokenDialogProps) {
  const t = useText();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [project, setProject] = useState("");
  const [days, setDays] = useState("90");
  const [made, setMade] = useState<MadeToken>();
  if (made) return <Secret token={made} onClose={onClose} />;

  async function act() {
    const body = { name: name.trim(), role, project: project.trim() || null };
    setMade(await routes.createToken({ ...body, days: days === NEVER ? null : Number(days) }));
    await onMade();
  }

  return (
    <AskDialog
      title={t("token.new")}
      verb={t("token.make")}
      kind="primary"
      permission={permission}
      obstacle={name.trim() ? undefined : t("token.name.needed")}
      act={act}
      onClose={onClose}
    >
      <label className="field">
        <span className="field-name">{t("name")}</span>
        <input
          autoFocus
          maxLength={80}
          value={name}
          placeholder={t("token.name.help")}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className="field">
        <span className="field-name">{t("role")}</span>
        <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {t(`role.${one}`)}
            </option>
          ))}
        </select>
        <span className="field-help">{t("role.help")}</span>
      </label>
      <label className="field">
        <span className="field-name">{t("expires")}</span>
        <select value={days} onChange={(event) => setDays(event.target.value)}>
          {DAYS.map((one) => (
            <option key={one} value={one}>
              {t("expires.days", { n: one })}
            </option>
          ))}
          <option value={NEVER}>{t("expires.never")}</option>
        </select>
      </label>
      <label className="field">
        <span className="field-name">{t("project")}</span>
        <input
          value={project}
          placeholder={t("project.all")}
          onChange={(event) => setProject(event.target.value)}
        />
      </label>
    </AskDialog>
  );
}

/** Closed by its button alone: what is closed by accident cannot be seen again. */
function Secret({ token, onClose }: { token: MadeToken; onClose: () => void }) {
  const t = useText();
  return (
    <Dialog
      title={t("token.made", { name: token.name })}
      onClose={onClose}
      firm
      actions={
        <button type="button" className="button button-primary" onClick={onClose}>
          {t("token.made.done")}
        </button>
      }
    >
      <p>{t("token.made.how")}</p>
      <p className="row secret">
        <code>{token.secret}</code>
        <Copy text={token.secret} />
      </p>
    </Dialog>
  );
}
