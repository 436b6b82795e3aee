// API tokens, for administrators: who has one, making and revoking them.

import { useState } from "react";

import * as routes from "../api/routes";
import type { Permission } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Filter, useFilter } from "../components/Filter";
import { Empty, Load } from "../components/Load";
import { NewTokenDialog } from "../components/NewTokenDialog";
import { Head, Panel } from "../components/Page";
import { TokensTable } from "../components/TokensTable";
import { useIdentity } from "../identity";
import { useText } from "../settings";

export function Tokens() {
  const { session } = useIdentity();
  const permission = session.permissions["token.manage"];
  return permission?.allowed ? <Managed permission={permission} /> : <NotForYou />;
}

function NotForYou() {
  const t = useText();
  const { session } = useIdentity();
  const needs = session.permissions["token.manage"]?.needs ?? "admin";
  return (
    <>
      <Head title={t("tokens")} about={t("tokens.about")} />
      <Empty
        icon="ban"
        title={t("may.not", { needs: t(`role.${needs}`), role: t(`role.${session.role}`) })}
      />
    </>
  );
}

function Managed({ permission }: { permission: Permission }) {
  const t = useText();
  const asked = usePoll("tokens", routes.tokens, 10_000);
  const filter = useFilter();
  const [making, setMaking] = useState(false);
  return (
    <>
      <Head
        title={t("tokens")}
        about={t("tokens.about")}
        actions={
          <>
            <Filter {...filter} total={asked.data?.length ?? 0} />
            <Action kind="primary" permission={permission} onClick={() => setMaking(true)}>
              {t("token.new")}
            </Action>
          </>
        }
      />
      <Load from={asked}>
        {(tokens) =>
          tokens.length === 0 ? (
            <Empty icon="user" title={t("tokens.none")}>
              {t("tokens.none.how")}
            </Empty>
          ) : (
            <Panel flush>
              <TokensTable
                tokens={tokens.filter((token) => filter.passes(token.name))}
                permission={permission}
                refresh={asked.refresh}
              />
            </Panel>
          )
        }
      </Load>
      {making && (
        <NewTokenDialog
          permission={permission}
          onClose={() => setMaking(false)}
          onMade={asked.refresh}
        />
      )}
    </>
  );
}
