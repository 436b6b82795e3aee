// The versions of a model: verdict with its reasons, metrics against the champion's, actions.

import { Link } from "react-router";

import type { Model, ModelVersion } from "../api/types";
import { number, signed } from "../format";
import { commonHeadline, judge } from "../metrics";
import { useSettings, useText } from "../settings";
import { Action } from "./Action";
import { Badge } from "./Badge";
import { External } from "./External";
import { DatasetLink, runAddress } from "./links";
import { Reasons } from "./Reasons";
import { type ColumnOf, Table } from "./Table";
import { Ago } from "./Time";

interface VersionsTableProps {
  model: Model;
  onPromote: (version: ModelVersion) => void;
  onReport: (version: number) => void;
}

export function VersionsTable({ model, onPromote, onReport }: VersionsTableProps) {
  const t = useText();
  const champion = model.versions.find((version) => version.champion);
  const metrics: ColumnOf<ModelVersion>[] = commonHeadline(model.versions, 3).map((name) => ({
    key: `metric ${name}`,
    title: name,
    number: true,
    cell: (version) => <MetricCell name={name} version={version} champion={champion} />,
  }));
  const columns: ColumnOf<ModelVersion>[] = [
    {
      key: "version",
      title: t("version"),
      cell: (version) => (
        <span className="row">
          <strong>v{version.version}</strong>
          {version.champion && <Badge state="champion" />}
        </span>
      ),
    },
    { key: "verdict", title: t("verdict"), cell: (version) => <VerdictCell version={version} /> },
    ...metrics,
    { key: "from", title: t("made.from"), cell: (version) => <Origin version={version} /> },
    { key: "created", title: t("created"), cell: (version) => <Ago time={version.created} /> },
    {
      key: "actions",
      title: <span className="visually-hidden">{t("actions")}</span>,
      className: "actions-cell",
      cell: (version) => (
        <Actions
          model={model}
          version={version}
          champion={champion}
          onPromote={onPromote}
          onReport={onReport}
        />
      ),
    },
  ];
  return (
    <Table
      label={t("versions")}
      columns={columns}
      rows={model.versions}
      rowKey={(version) => String(version.version)}
      rowClass={(version) => (version.champion ? "is-champion" : "")}
    />
  );
}

interface MetricCellProps {
  name: string;
  version: ModelVersion;
  champion: ModelVersion | undefined;
}

function MetricCell({ name, version, champion }: MetricCellProps) {
  const { t, language } = useSettings();
  const value = version.metrics?.[name];
  if (value === undefined) return <span className="quiet">–</span>;
  const other = version.champion ? undefined : champion?.metrics?.[name];
  if (other === undefined) return number(value, language);
  const judgement = judge(name, value, other);
  return (
    <>
      {number(value, language)}
      <span className={`delta delta-${judgement}`} title={t(`against.${judgement}`)}>
        {signed(value - other, language)}
      </span>
    </>
  );
}

function VerdictCell({ version }: { version: ModelVersion }) {
  const t = useText();
  if (version.verdict === null) return <span className="quiet">–</span>;
  const state = version.verdict.accepted ? "accepted" : "refused";
  if (version.verdict.reasons.length === 0) return <Badge state={state} />;
  return (
    <details className="verdict">
      <summary title={t("verdict.why")}>
        <Badge state={state} />
      </summary>
      <Reasons reasons={version.verdict.reasons} />
    </details>
  );
}

function Origin({ version }: { version: ModelVersion }) {
  const t = useText();
  return (
    <span className="name-cell">
      {version.dataset_version && <DatasetLink tag={version.dataset_version} />}
      <span className="row quiet">
        {version.run_id && <Link to={runAddress(version.run_id)}>{t("run")}</Link>}
        {version.mlflow_url && <External href={version.mlflow_url}>MLflow</External>}
      </span>
    </span>
  );
}

interface ActionsProps extends VersionsTableProps {
  version: ModelVersion;
  champion: ModelVersion | undefined;
}

function Actions({ model, version, champion, onPromote, onReport }: ActionsProps) {
  const t = useText();
  const compare = champion && !version.champion;
  return (
    <span className="row row-end">
      {version.has_report && (
        <button
          type="button"
          className="button button-small"
          aria-label={t("report.of", { name: model.name, version: version.version })}
          onClick={() => onReport(version.version)}
        >
          {t("report")}
        </button>
      )}
      {compare && (
        <Link
          className="button button-small"
          to={`/models/${model.name}/compare?a=${champion.version}&b=${version.version}`}
        >
          {t("compare")}
        </Link>
      )}
      {!version.champion && (
        <Action
          kind="small"
          permission={model.permissions["model.promote"]}
          obstacle={version.promotable ? undefined : t("promote.not")}
          label={t("promote.version", { version: version.version })}
          onClick={() => onPromote(version)}
        >
          {t("promote")}
        </Action>
      )}
    </span>
  );
}
