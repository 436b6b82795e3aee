// Where a version comes from and what came of it: ancestors, runs, models, services.

import { useState } from "react";
import { Link } from "react-router";

import * as routes from "../../api/routes";
import type { Lineage } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { plain } from "../../format";
import type { Language } from "../../preferences";
import { makingOf } from "../../samples/making";
import { useSettings, useText } from "../../settings";
import { Badge } from "../Badge";
import { DatasetLink, ModelLink, RunLink } from "../links";
import { Empty, Load } from "../Load";
import { Panel } from "../Page";
import { Table } from "../Table";
import { Ago } from "../Time";
import { keyOf, usePlace } from "./place";
import { VersionChoice } from "./SampleFilters";

export function LineagePanel({ versions }: { versions: readonly number[] }) {
  const t = useText();
  const place = usePlace();
  const [version, setVersion] = useState(versions[0] ?? 1);
  const asked = usePoll(
    keyOf(place, "lineage", version),
    (signal) => routes.datasetLineage(place, version, signal),
    10_000,
  );
  return (
    <Panel
      title={t("lineage.of", { version })}
      actions={
        <VersionChoice
          version={version}
          versions={versions}
          onChange={(changes) => setVersion(Number(changes.version))}
        />
      }
    >
      <Load from={asked}>{(found) => <Content lineage={found} />}</Load>
    </Panel>
  );
}

function Content({ lineage }: { lineage: Lineage }) {
  const t = useText();
  const { ancestors, runs, models, revisions } = lineage;
  if (ancestors.length + runs.length + models.length + revisions.length === 0) {
    return <Empty title={t("lineage.none")}>{t("lineage.none.how")}</Empty>;
  }
  return (
    <div className="stack">
      <Ancestors lineage={lineage} />
      {runs.length > 0 && <Runs lineage={lineage} />}
      {models.length > 0 && (
        <section>
          <h3>{t("nav.models")}</h3>
          <ul className="lines">
            {models.map((one) => (
              <li key={`${one.project}/${one.name}@${one.version}`} className="row">
                <ModelLink name={one.name} version={one.version} />
                {one.champion && <Badge state="champion" />}
              </li>
            ))}
          </ul>
        </section>
      )}
      {revisions.length > 0 && (
        <section>
          <h3>{t("nav.services")}</h3>
          <ul className="lines">
            {revisions.map((one) => (
              <li key={`${one.service} ${one.number}`} className="row">
                <Link to={`/services/${one.service}`}>{one.service}</Link>
                <span className="quiet">
                  {t("revision.number", { number: one.number })} · {one.model} v{one.model_version}
                </span>
                {one.live && <Badge state="serving" />}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Ancestors({ lineage }: { lineage: Lineage }) {
  const { t, language } = useSettings();
  const known = usePoll(`operations ${language}`, routes.operations, 0);
  if (lineage.ancestors.length === 0) return null;
  const titled = (operation: Record<string, unknown> | null) => {
    const making = makingOf(operation);
    if (!making) return "";
    const shape = known.data?.find((one) => `data.${one.name}` === making.step);
    const chosen = making.options.map(
      ([name, value]) =>
        `${shape?.form.properties[name]?.title ?? name} ${exact(value, language)}`,
    );
    return [shape?.title[language] ?? making.step, ...chosen].join(" · ");
  };
  return (
    <section>
      <h3>{t("lineage.ancestors")}</h3>
      <ol className="ancestors">
        {lineage.ancestors.map((one) => (
          <li key={one.tag}>
            {one.there ? <DatasetLink tag={one.tag} /> : <del>{one.tag}</del>}
            {titled(one.operation) && <span className="quiet"> {titled(one.operation)}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** As it was chosen: a number is not rounded. */
function exact(value: unknown, language: Language): string {
  return typeof value === "number" ? String(value) : plain(value, language);
}

function Runs({ lineage }: { lineage: Lineage }) {
  const t = useText();
  return (
    <section>
      <h3>{t("runs")}</h3>
      <Table
        label={t("runs")}
        rows={lineage.runs}
        rowKey={(one) => one.run_id}
        columns={[
          { key: "lifecycle", title: t("lifecycle"), cell: (one) => one.lifecycle },
          { key: "run", title: t("run"), cell: (one) => <RunLink run={one} /> },
          { key: "state", title: t("state"), cell: (one) => <Badge state={one.state} /> },
          {
            key: "made",
            title: t("lineage.role"),
            cell: (one) => t(one.made ? "lineage.made" : "lineage.used"),
          },
          { key: "started", title: t("started"), cell: (one) => <Ago time={one.started} /> },
        ]}
      />
    </section>
  );
}
