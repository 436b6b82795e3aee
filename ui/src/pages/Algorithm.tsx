// One algorithm: its parameters and code, what keeps it from going online, and who may use it.

import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";

import * as routes from "../api/routes";
import type { Algorithm, ChangeAlgorithm } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { AskDialog } from "../components/AskDialog";
import { Badge } from "../components/Badge";
import { Facts } from "../components/Facts";
import { errorText, Load } from "../components/Load";
import { useNotice } from "../components/Notice";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { useIdentity } from "../identity";
import { wordFor } from "../messages";
import { parametersOf } from "../parameters";
import { useSending } from "../sending";
import { useText } from "../settings";

const VISIBLE = ["private", "project", "public", "preset"] as const;
const ADMINS = "preset";

export function AlgorithmPage() {
  const t = useText();
  const { name = "" } = useParams();
  const asked = usePoll(`algorithm ${name}`, (signal) => routes.algorithm(name, signal), 10_000);
  const found = asked.data;
  return (
    <>
      <Head
        title={found?.display_name ?? name}
        badge={found && <Badge state={found.online ? "online" : "offline"} />}
        about={found?.description}
        crumbs={[
          { to: "/lifecycles", name: t("nav.lifecycles") },
          { to: "/algorithms", name: t("algorithms") },
        ]}
        actions={found && !found.preset && <Acts algorithm={found} refresh={asked.refresh} />}
      />
      <Load from={asked} lines={8}>
        {(algorithm) => <Content algorithm={algorithm} refresh={asked.refresh} />}
      </Load>
    </>
  );
}

interface PartProps {
  algorithm: Algorithm;
  refresh: () => Promise<void>;
}

function Content({ algorithm, refresh }: PartProps) {
  const t = useText();
  return (
    <>
      {algorithm.unmet.length > 0 && (
        <Panel title={t("algorithm.unmet")}>
          <ul>
            {algorithm.unmet.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel>
        <Facts
          facts={[
            [t("name"), <code>{algorithm.name}</code>],
            [t("algorithm.learns"), wordFor(t, "modality", algorithm.modality)],
            [
              t("algorithm.tasks"),
              algorithm.tasks.map((task) => wordFor(t, "task", task)).join(", ") || "–",
            ],
            [t("framework"), algorithm.framework ?? "–"],
            [t("algorithm.serves"), t(algorithm.serves ? "yes" : "no")],
            algorithm.command && [t("algorithm.command"), <code>{algorithm.command}</code>],
            algorithm.owner && [t("algorithm.owner"), algorithm.owner],
            [t("algorithm.visibility"), <Visible algorithm={algorithm} refresh={refresh} />],
            algorithm.lifecycles.length > 0 && [
              t("algorithm.lifecycles"),
              <Users names={algorithm.lifecycles} />,
            ],
          ]}
        />
      </Panel>
      <Panel title={t("algorithm.parameters")} flush>
        <Parameters algorithm={algorithm} />
      </Panel>
      {algorithm.files.length > 0 && (
        <Panel title={t("algorithm.files")}>
          <ul>
            {algorithm.files.map((file) => (
              <li key={file}>
                <code>{file}</code>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Users({ names }: { names: readonly string[] }) {
  return (
    <span className="row">
      {names.map((name) => (
        <Link key={name} to={`/lifecycles/${name}`}>
          {name}
        </Link>
      ))}
    </span>
  );
}

/** Changes what is said of an algorithm, and tells how that went. */
function useChange({ algorithm, refresh }: PartProps) {
  const t = useText();
  const notice = useNotice();
  const { busy, send } = useSending();
  const change = (body: ChangeAlgorithm) =>
    void send(async () => {
      try {
        await routes.changeAlgorithm(algorithm.name, body);
      } catch (problem) {
        notice(errorText(problem, t("error.away")), "bad");
      }
      await refresh();
    });
  return { busy, change };
}

function Visible(props: PartProps) {
  const t = useText();
  const { busy, change } = useChange(props);
  const { session } = useIdentity();
  const { algorithm } = props;
  const offered = VISIBLE.filter((one) => one !== ADMINS || session.role === "admin");
  if (algorithm.preset || !algorithm.permissions["algorithm.change"]?.allowed) {
    return wordFor(t, "visible", algorithm.visibility);
  }
  return (
    <select
      aria-label={t("algorithm.visibility")}
      value={algorithm.visibility}
      disabled={busy}
      onChange={(event) =>
        change({ online: null, visibility: event.target.value as (typeof VISIBLE)[number] })
      }
    >
      {offered.map((one) => (
        <option key={one} value={one}>
          {wordFor(t, "visible", one)}
        </option>
      ))}
    </select>
  );
}

function Acts(props: PartProps) {
  const t = useText();
  const { busy, change } = useChange(props);
  const [asks, setAsks] = useState(false);
  const { algorithm } = props;
  const online = !algorithm.online;
  return (
    <>
      <Action
        permission={algorithm.permissions["algorithm.change"]}
        busy={busy}
        onClick={() => change({ online, visibility: null })}
      >
        {t(online ? "algorithm.online" : "algorithm.offline")}
      </Action>
      <Action
        permission={algorithm.permissions["algorithm.delete"]}
        kind="danger"
        onClick={() => setAsks(true)}
      >
        {t("algorithm.delete")}
      </Action>
      {asks && <DeleteDialog algorithm={algorithm} onClose={() => setAsks(false)} />}
    </>
  );
}

function DeleteDialog({ algorithm, onClose }: { algorithm: Algorithm; onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <AskDialog
      title={t("algorithm.delete.title", { name: algorithm.name })}
      verb={t("algorithm.delete")}
      kind="danger"
      permission={algorithm.permissions["algorithm.delete"]}
      act={async () => {
        await routes.deleteAlgorithm(algorithm.name);
        await navigate("/algorithms");
      }}
      onClose={onClose}
    >
      <p>{t("algorithm.delete.effect")}</p>
    </AskDialog>
  );
}

function Parameters({ algorithm }: { algorithm: Algorithm }) {
  const t = useText();
  const rows = parametersOf(algorithm.parameters);
  if (rows.length === 0) return <p className="pool-nothing quiet">{t("algorithm.parameters.none")}</p>;
  return (
    <Table
      label={t("algorithm.parameters")}
      rows={rows}
      rowKey={(one) => one.name}
      columns={[
        {
          key: "name",
          title: t("name"),
          cell: (one) => (
            <div className="name-cell">
              <code>{one.name}</code>
              <span className="quiet">{one.about}</span>
            </div>
          ),
        },
        { key: "range", title: t("algorithm.range"), cell: (one) => one.values },
        { key: "default", title: t("algorithm.default"), cell: (one) => <code>{one.default}</code> },
      ]}
    />
  );
}
