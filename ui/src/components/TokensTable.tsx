// API tokens: for whom, as what, until when; those that are good can be revoked.

import { useState } from "react";

import * as routes from "../api/routes";
import type { Permission, Token } from "../api/types";
import { useText } from "../settings";
import { Action } from "./Action";
import { AskDialog } from "./AskDialog";
import { Badge } from "./Badge";
import { useNotice } from "./Notice";
import { Table } from "./Table";
import { Ago } from "./Time";

interface TokensTableProps {
  tokens: readonly Token[];
  permission: Permission | undefined;
  refresh: () => Promise<void>;
}

export function TokensTable({ tokens, permission, refresh }: TokensTableProps) {
  const t = useText();
  const [asking, setAsking] = useState<Token>();
  return (
    <>
      <Table
        label={t("tokens")}
        rows={tokens}
        rowKey={(token) => token.id}
        columns={[
          { key: "name", title: t("name"), cell: (token) => <Name token={token} /> },
          { key: "state", title: t("state"), cell: (token) => <Badge state={token.state} /> },
          { key: "role", title: t("role"), cell: (token) => t(`role.${token.role}`) },
          {
            key: "project",
            title: t("project"),
            cell: (token) => token.project ?? <span className="quiet">{t("project.all")}</span>,
          },
          {
            key: "expires",
            title: t("expires"),
            cell: (token) => (token.expires ? <Ago time={token.expires} /> : t("expires.never")),
          },
          {
            key: "created",
            title: t("created"),
            cell: (token) => (
              <>
                <Ago time={token.created} /> <span className="quiet">{token.created_by}</span>
              </>
            ),
          },
          {
            key: "actions",
            title: <span className="visually-hidden">{t("actions")}</span>,
            className: "actions-cell",
            cell: (token) =>
              token.state === "active" && (
                <Action
                  kind="small"
                  permission={permission}
                  label={t("token.revoke.name", { name: token.name })}
                  onClick={() => setAsking(token)}
                >
                  {t("token.revoke")}
                </Action>
              ),
          },
        ]}
      />
      {asking && (
        <RevokeDialog
          token={asking}
          permission={permission}
          onClose={() => setAsking(undefined)}
          onDone={refresh}
        />
      )}
    </>
  );
}

/** Names may be given twice; the id tells tokens apart, and the command line wants it. */
function Name({ token }: { token: Token }) {
  return (
    <div className="name-cell">
      <span>{token.name}</span>
      <span className="quiet mono">{token.id}</span>
    </div>
  );
}

interface RevokeDialogProps {
  token: Token;
  permission: Permission | undefined;
  onClose: () => void;
  onDone: () => Promise<void>;
}

function RevokeDialog({ token, permission, onClose, onDone }: RevokeDialogProps) {
  const t = useText();
  const notice = useNotice();

  async function act() {
    await routes.revokeToken(token.id);
    notice(t("token.revoked", { name: token.name }));
    onClose();
    await onDone();
  }

  return (
    <AskDialog
      title={t("token.revoke.title", { name: token.name })}
      verb={t("token.revoke")}
      kind="danger"
      permission={permission}
      act={act}
      onClose={onClose}
    >
      <p>{t("token.revoke.effect")}</p>
    </AskDialog>
  );
}
