// One model: who serves, how versions compare with it, promoting one and rolling back.

import { useState } from "react";
import { useParams } from "react-router";

import * as routes from "../api/routes";
import type { Model, ModelVersion } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { ChampionDialog, type Change } from "../components/ChampionDialog";
import { ChampionCard } from "../components/ChampionCard";
import { Icon } from "../components/Icon";
import { Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Releases } from "../components/Releases";
import { Report } from "../components/Report";
import { VersionChart } from "../components/VersionChart";
import { VersionsTable } from "../components/VersionsTable";
import { headline } from "../metrics";
import { useText } from "../settings";

export function ModelPage() {
  const t = useText();
  const { name = "" } = useParams();
  const asked = usePoll(`model ${name}`, (signal) => routes.model(name, signal), 4000);
  const [change, setChange] = useState<Change>();
  const model = asked.data;
  return (
    <>
      <Head
        title={name}
        crumbs={[{ to: "/models", name: t("nav.models") }]}
        actions={
          model && (
            <Action
              permission={model.permissions["model.rollback"]}
              obstacle={model.rollback_to === null ? t("rollback.nothing") : undefined}
              onClick={() => setChange({ kind: "rollback", model })}
            >
              <Icon name="back" size={14} />
              {model.rollback_to === null
                ? t("rollback")
                : t("rollback.to", { version: model.rollback_to })}
            </Action>
          )
        }
      />
      <Load from={asked} lines={8}>
        {(found) => (
          <Content
            model={found}
            onPromote={(version) => setChange({ kind: "promote", model: found, version })}
          />
        )}
      </Load>
      {change && (
        <ChampionDialog
          change={change}
          onClose={() => setChange(undefined)}
          onDone={asked.refresh}
        />
      )}
    </>
  );
}

interface ContentProps {
  model: Model;
  onPromote: (version: ModelVersion) => void;
}

function Content({ model, onPromote }: ContentProps) {
  const t = useText();
  const [report, setReport] = useState<number>();
  const champion = model.versions.find((version) => version.champion);
  const newest = model.versions[0];
  const primary = headline((champion ?? newest)?.metrics ?? null, (champion ?? newest)?.primary)[0];
  return (
    <>
      <div className="columns columns-even">
        <ChampionCard model={model} version={champion} />
        {primary !== undefined && <VersionChart versions={model.versions} metric={primary} />}
      </div>
      <Panel title={t("versions")} flush>
        <VersionsTable model={model} onPromote={onPromote} onReport={setReport} />
      </Panel>
      <Releases releases={model.releases} />
      {report !== undefined && (
        <Report
          title={t("report.of", { name: model.name, version: report })}
          address={routes.versionReport(model.name, report)}
          onClose={() => setReport(undefined)}
        />
      )}
    </>
  );
}
