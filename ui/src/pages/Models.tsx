// All models, each with its champion.

import { Link } from "react-router";

import * as routes from "../api/routes";
import type { ModelBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Filter, useFilter } from "../components/Filter";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { Ago } from "../components/Time";
import { number } from "../format";
import { headline } from "../metrics";
import { useSettings, useText } from "../settings";

export function Models() {
  const t = useText();
  const asked = usePoll("models", routes.models, 5000);
  const filter = useFilter();
  return (
    <>
      <Head
        title={t("nav.models")}
        about={t("models.about")}
        actions={<Filter {...filter} total={asked.data?.length ?? 0} />}
      />
      <Load from={asked}>
        {(models) =>
          models.length === 0 ? (
            <Empty icon="flag" title={t("models.none")}>
              {t("models.none.how")}
            </Empty>
          ) : (
            <List models={models.filter((model) => filter.passes(model.name))} />
          )
        }
      </Load>
    </>
  );
}

function List({ models }: { models: readonly ModelBrief[] }) {
  const { t, language } = useSettings();
  return (
    <Panel flush>
      <Table
        label={t("nav.models")}
        rows={models}
        rowKey={(model) => model.name}
        columns={[
          {
            key: "name",
            title: t("model"),
            cell: (model) => <Link to={`/models/${model.name}`}>{model.name}</Link>,
          },
          {
            key: "champion",
            title: t("state.champion"),
            cell: (model) =>
              model.champion === null ? (
                <span className="quiet">{t("champion.none")}</span>
              ) : (
                t("version.number", { version: model.champion })
              ),
          },
          {
            key: "metrics",
            title: t("metrics.champion"),
            cell: (model) => (
              <span className="inline-metrics">
                {headline(model.metrics, model.primary).map((name) => (
                  <span key={name}>
                    <span className="quiet">{name}</span>{" "}
                    {number(model.metrics?.[name] ?? 0, language)}
                  </span>
                ))}
              </span>
            ),
          },
          { key: "versions", title: t("versions"), number: true, cell: (model) => model.versions },
          {
            key: "service",
            title: t("service"),
            cell: (model) =>
              model.service && <Link to={`/services/${model.service}`}>{model.service}</Link>,
          },
          {
            key: "since",
            title: t("since"),
            cell: (model) => (
              <>
                <Ago time={model.since} /> {model.by && <span className="quiet">{model.by}</span>}
              </>
            ),
          },
        ]}
      />
    </Panel>
  );
}
