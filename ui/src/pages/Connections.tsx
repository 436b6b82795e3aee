// The servers that data may come from: whether they answer, and what is in them.

import { useState } from "react";

import * as routes from "../api/routes";
import type { ConnectionBrief, ConnectionTest } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Icon } from "../components/Icon";
import { Empty, errorText, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { PreviewDialog } from "../components/PreviewDialog";
import { Table } from "../components/Table";
import { milliseconds } from "../format";
import { wordFor } from "../messages";
import { useSending } from "../sending";
import { useSettings, useText } from "../settings";

export function Connections() {
  const t = useText();
  const asked = usePoll("connections", routes.connections, 10_000);
  const [looked, setLooked] = useState<ConnectionBrief>();
  return (
    <>
      <Head
        title={t("connections")}
        about={t("connections.about")}
        crumbs={[{ to: "/datasets", name: t("nav.datasets") }]}
      />
      <Load from={asked}>
        {(connections) =>
          connections.length === 0 ? (
            <Empty title={t("connections.none")}>{t("connections.none.how")}</Empty>
          ) : (
            <List connections={connections} onPreview={setLooked} />
          )
        }
      </Load>
      {looked && <PreviewDialog connection={looked} onClose={() => setLooked(undefined)} />}
    </>
  );
}

interface ListProps {
  connections: readonly ConnectionBrief[];
  onPreview: (connection: ConnectionBrief) => void;
}

function List({ connections, onPreview }: ListProps) {
  const t = useText();
  return (
    <Panel flush>
      <Table
        label={t("connections")}
        rows={connections}
        rowKey={(one) => one.name}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (one) => (
              <div className="name-cell">
                <strong>{one.display_name ?? one.name}</strong>
                {one.display_name && <span className="quiet mono">{one.name}</span>}
              </div>
            ),
          },
          {
            key: "kind",
            title: t("connection.kind"),
            cell: (one) => wordFor(t, "connection.kind", one.kind),
          },
          { key: "place", title: t("address"), cell: (one) => <code>{one.place}</code> },
          { key: "user", title: t("connection.user"), cell: (one) => one.user ?? "–" },
          {
            key: "secret",
            title: t("connection.secret"),
            cell: (one) => (one.secret ? <code>{one.secret}</code> : "–"),
          },
          {
            key: "actions",
            title: <span className="visually-hidden">{t("actions")}</span>,
            cell: (one) => <Acts connection={one} onPreview={() => onPreview(one)} />,
          },
        ]}
      />
    </Panel>
  );
}

function Acts({ connection, onPreview }: { connection: ConnectionBrief; onPreview: () => void }) {
  const { t, language } = useSettings();
  const { busy, error, send } = useSending();
  const [found, setFound] = useState<ConnectionTest>();
  const permission = connection.permissions["connection.use"];
  const act = async () => {
    setFound(undefined);
    setFound(await routes.testConnection(connection.name));
  };
  return (
    <div className="stack">
      <span className="row">
        <Action
          kind="small"
          permission={permission}
          busy={busy}
          label={t("connection.test.name", { name: connection.name })}
          onClick={() => void send(act)}
        >
          {t(busy ? "connection.testing" : "connection.test")}
        </Action>
        {connection.database && (
          <Action
            kind="small"
            permission={permission}
            label={t("connection.preview.name", { name: connection.name })}
            onClick={onPreview}
          >
            {t("connection.preview")}
          </Action>
        )}
      </span>
      {found && (
        <p role="status" className={`row connection-said tone-${found.ok ? "good" : "bad"}`}>
          <Icon name={found.ok ? "check" : "cross"} size={14} />
          <span>
            {found.sentence} ({milliseconds(found.milliseconds, language)})
          </span>
        </p>
      )}
      {error !== undefined && (
        <p role="alert" className="field-error">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </div>
  );
}
