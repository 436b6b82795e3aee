// What people made of a model's suggestions, by its version and by class.

import type { SuggestionFigures } from "../../api/types";
import { number, percent } from "../../format";
import { useSettings } from "../../settings";
import { Panel } from "../Page";
import { Table } from "../Table";

export function SuggestionsPanel({ figures }: { figures: readonly SuggestionFigures[] }) {
  const { t, language } = useSettings();
  const n = (value: number) => number(value, language);
  const share = (value: number | null) => (value === null ? "–" : percent(value, language));
  const score = (value: number | null) => (value === null ? "–" : value.toFixed(2));
  return (
    <>
      <Panel title={t("campaign.part.suggestions")} flush>
        <Table
          label={t("campaign.part.suggestions")}
          rows={figures}
          rowKey={(one) => one.model_version}
          columns={[
            { key: "model", title: t("suggestions.model"), cell: (one) => <span className="mono">{one.model_version}</span> },
            { key: "items", title: t("suggestions.items"), number: true, cell: (one) => n(one.items) },
            {
              key: "unchanged",
              title: t("suggestions.unchanged"),
              number: true,
              cell: (one) => `${n(one.unchanged)} (${share(one.items === 0 ? null : one.unchanged / one.items)})`,
            },
            {
              key: "agreement",
              title: <span title={t("suggestions.agreement.help")}>{t("agreement")}</span>,
              number: true,
              cell: (one) => score(one.agreement),
            },
            { key: "kappa", title: t("agreement.measure.kappa"), number: true, cell: (one) => score(one.kappa) },
            { key: "kept", title: t("suggestions.score.kept"), number: true, cell: (one) => score(one.score_kept) },
            { key: "changed", title: t("suggestions.score.changed"), number: true, cell: (one) => score(one.score_changed) },
          ]}
        />
      </Panel>
      {figures.map((one) => (
        <Panel key={one.model_version} title={t("suggestions.classes", { model: one.model_version })} flush>
          <Table
            label={t("suggestions.classes", { model: one.model_version })}
            rows={one.classes}
            rowKey={(each) => each.name}
            columns={[
              { key: "name", title: t("name"), cell: (each) => each.name },
              { key: "suggested", title: t("suggestions.suggested"), number: true, cell: (each) => n(each.suggested) },
              { key: "kept", title: t("suggestions.kept"), number: true, cell: (each) => n(each.kept) },
              { key: "final", title: t("suggestions.final"), number: true, cell: (each) => n(each.final) },
              {
                key: "precision",
                title: <span title={t("suggestions.precision.help")}>{t("suggestions.precision")}</span>,
                number: true,
                cell: (each) => share(each.precision),
              },
              {
                key: "recall",
                title: <span title={t("suggestions.recall.help")}>{t("suggestions.recall")}</span>,
                number: true,
                cell: (each) => share(each.recall),
              },
            ]}
          />
        </Panel>
      ))}
    </>
  );
}
