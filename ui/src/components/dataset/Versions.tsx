// The versions of a dataset: where each comes from, what keeps it, what can be done with it.

import { useState } from "react";
import { Link } from "react-router";

import type { Dataset, DatasetVersion } from "../../api/types";
import { bytes, number } from "../../format";
import { useIdentity } from "../../identity";
import { useSettings, useText } from "../../settings";
import { Action } from "../Action";
import { Icon } from "../Icon";
import { Empty } from "../Load";
import { Panel } from "../Page";
import { Table } from "../Table";
import { Ago } from "../Time";
import { CreateDialog } from "../labelling/CreateDialog";
import { ExportDialog } from "./ExportDialog";
import { OperateDialog } from "./OperateDialog";
import { usePlace } from "./place";
import { type VersionAct, VersionDialog } from "./VersionDialog";

/** Kinds of data that people can label. */
const LABELLED = ["image", "text", "audio", "series"];

interface VersionsProps {
  dataset: Dataset;
  deleted: boolean;
  onDeleted: (shown: boolean) => void;
  onDone: () => Promise<void>;
}

export function Versions({ dataset, deleted, onDeleted, onDone }: VersionsProps) {
  const { t, language } = useSettings();
  const [asked, setAsked] = useState<{ act: VersionAct; version: DatasetVersion }>();
  const [work, setWork] = useState<"operate" | "export">();
  const [label, setLabel] = useState<number>();
  const { session } = useIdentity();
  const { project } = usePlace();
  const obstacle = dataset.latest === null ? t("dataset.versions.none") : undefined;
  return (
    <Panel
      title={t("versions")}
      flush
      actions={
        <>
        <label className="check">
          <input
            type="checkbox"
            checked={deleted}
            onChange={(event) => onDeleted(event.target.checked)}
          />
          {t("versions.deleted")}
        </label>
        {!project &&
          (["export", "operate"] as const).map((one) => (
            <Action
              key={one}
              kind="small"
              permission={session.permissions["lifecycle.run"]}
              obstacle={obstacle}
              onClick={() => setWork(one)}
            >
              {t(`${one}.open`)}
            </Action>
          ))}
        </>
      }
    >
      {dataset.history.length === 0 ? (
        <Empty title={t("dataset.versions.none")}>{t("dataset.versions.none.how")}</Empty>
      ) : (
        <Table
          label={t("versions")}
          rows={dataset.history}
          rowKey={(one) => one.tag}
          rowClass={(one) => (one.deleted ? "is-deleted" : "")}
          columns={[
            { key: "version", title: t("version"), cell: (one) => <Name version={one} /> },
            { key: "tag", title: t("tag"), cell: (one) => <code>{one.tag}</code> },
            {
              key: "rows",
              title: t("samples"),
              number: true,
              cell: (one) => (one.rows === null ? "–" : number(one.rows, language)),
            },
            { key: "size", title: t("size"), number: true, cell: (one) => bytes(one.size) },
            { key: "created", title: t("created"), cell: (one) => <Ago time={one.created} /> },
            {
              key: "digest",
              title: t("digest"),
              cell: (one) => <code title={one.digest}>{one.digest.replace("sha256:", "").slice(0, 12)}</code>,
            },
            {
              key: "actions",
              title: <span className="visually-hidden">{t("actions")}</span>,
              className: "actions-cell",
              cell: (one) => (
                <Actions
                  dataset={dataset}
                  version={one}
                  onAct={(act) => setAsked({ act, version: one })}
                  onLabel={() => setLabel(one.version)}
                />
              ),
            },
          ]}
        />
      )}
      {work === "operate" && <OperateDialog dataset={dataset} onClose={() => setWork(undefined)} />}
      {work === "export" && <ExportDialog dataset={dataset} onClose={() => setWork(undefined)} />}
      {label !== undefined && (
        <CreateDialog
          start={{ dataset: dataset.name, version: String(label) }}
          onClose={() => setLabel(undefined)}
        />
      )}
      {asked && (
        <VersionDialog
          dataset={dataset}
          act={asked.act}
          version={asked.version}
          onClose={() => setAsked(undefined)}
          onDone={onDone}
        />
      )}
    </Panel>
  );
}

function Name({ version }: { version: DatasetVersion }) {
  const t = useText();
  return (
    <span className="row">
      <strong>v{version.version}</strong>
      {version.locked && (
        <span
          className="badge tone-busy"
          title={t("version.locked.by", { by: version.locked.by, reason: version.locked.reason || "–" })}
        >
          <Icon name="lock" size={13} />
          {t("version.locked")}
        </span>
      )}
      {version.refused > 0 && !version.deleted && <LeftOut version={version} />}
      {version.deleted && (
        <span className="badge tone-still" title={t("version.deleted.by", { by: version.deleted_by ?? "–" })}>
          <Icon name="ban" size={13} />
          {t("version.deleted")}
        </span>
      )}
    </span>
  );
}

/** What its import left out leads to the list of it. */
function LeftOut({ version }: { version: DatasetVersion }) {
  const { t, language } = useSettings();
  const { name, project } = usePlace();
  const query = new URLSearchParams({ version: String(version.version), ...(project && { project }) });
  return (
    <Link to={`/datasets/${name}/refused?${query}`} className="nowrap">
      {t("refused.count", { count: number(version.refused, language) })}
    </Link>
  );
}

interface ActionsProps {
  dataset: Dataset;
  version: DatasetVersion;
  onAct: (act: VersionAct) => void;
  onLabel: () => void;
}

function Actions({ dataset, version, onAct, onLabel }: ActionsProps) {
  const t = useText();
  const { session } = useIdentity();
  const { project } = usePlace();
  const labelled = !project && !version.deleted && LABELLED.includes(dataset.modality ?? "");
  const acts: VersionAct[] = version.deleted
    ? ["restore"]
    : [version.locked ? "unlock" : "lock", "delete"];
  return (
    <span className="row">
      {labelled && (
        <Action
          kind="small"
          permission={session.permissions["label.create"]}
          label={t("label.version.name", { version: version.version })}
          onClick={onLabel}
        >
          {t("label.version")}
        </Action>
      )}
      {acts.map((act) => (
        <Action
          key={act}
          kind="small"
          permission={dataset.permissions[act.endsWith("lock") ? "dataset.edit" : "dataset.delete"]}
          obstacle={act === "delete" && version.locked ? t("version.locked.why") : undefined}
          label={t(`version.${act}.name`, { version: version.version })}
          onClick={() => onAct(act)}
        >
          {t(`version.${act}`)}
        </Action>
      ))}
    </span>
  );
}
