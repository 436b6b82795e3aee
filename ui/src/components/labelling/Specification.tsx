// What is to be labelled, how, and by whom: the specification as it holds for a campaign.

import type { Campaign } from "../../api/types";
import { percent } from "../../format";
import { attributesOf, auditOf, classesOf, textOf, wordsOf } from "../../labelling/spec";
import { type Translate, wordFor } from "../../messages";
import type { Language } from "../../preferences";
import { colourOf } from "../../samples/colours";
import { useSettings } from "../../settings";
import { Facts } from "../Facts";
import { Panel } from "../Page";

export function Specification({ campaign }: { campaign: Campaign }) {
  const { t, language } = useSettings();
  const { spec } = campaign;
  const classes = classesOf(spec);
  const attributes = attributesOf(spec);
  const instructions = textOf(spec, "instructions");
  return (
    <Panel title={t("campaign.part.spec")}>
      <Facts
        facts={[
          [t("task"), wordFor(t, "task", campaign.task)],
          campaign.tool && [t("spec.tool"), wordFor(t, "tool", campaign.tool)],
          ...["samples", "existing", "assignment", "consensus"].map((field) => {
            const value = textOf(spec, field);
            return value ? ([specName(t, field), wordFor(t, `spec.${field}`, value)] as const) : false;
          }),
          textOf(spec, "package_size") && [t("spec.size"), textOf(spec, "package_size")],
          [t("spec.overlap"), campaign.overlap],
          ...(["relations", "skills"] as const).map((field) => {
            const words = wordsOf(spec, field);
            return words.length > 0 && ([t(`spec.${field}`), words.join(", ")] as const);
          }),
          [t("package.audit"), auditText(spec, t, language)],
          [t("spec.annotators"), campaign.annotators.join(", ") || "–"],
          [t("spec.reviewers"), campaign.reviewers.join(", ") || "–"],
        ]}
      />
      {instructions && (
        <div>
          <h3>{t("spec.instructions")}</h3>
          <p className="instructions">{instructions}</p>
        </div>
      )}
      {classes.length > 0 && (
        <div>
          <h3>{t("spec.classes")}</h3>
          <ul className="spec-classes">
            {classes.map((one) => (
              <li key={one.name} title={one.description}>
                <span
                  className="swatch"
                  style={{ "--mark": one.colour ?? colourOf(classes.map((each) => each.name), one.name) }}
                />
                {one.title}
                {one.title !== one.name && <span className="quiet mono">{one.name}</span>}
                {one.shortcut && <kbd>{one.shortcut}</kbd>}
              </li>
            ))}
          </ul>
        </div>
      )}
      {attributes.length > 0 && (
        <div>
          <h3>{t("spec.attributes")}</h3>
          <ul className="lines">
            {attributes.map((one) => (
              <li key={one.name}>
                {one.name}{" "}
                <span className="quiet">
                  {[wordFor(t, "attribute.kind", one.kind), wordFor(t, "attribute.of", one.of), ...one.choices]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <details>
        <summary>{t("spec.whole")}</summary>
        <pre className="definition">{JSON.stringify(spec, null, 2)}</pre>
      </details>
    </Panel>
  );
}

function specName(t: Translate, field: string): string {
  return wordFor(t, "spec.name", field);
}

function auditText(spec: Campaign["spec"], t: Translate, language: Language): string {
  const audit = auditOf(spec);
  if (audit === undefined) return "–";
  if ("count" in audit) return t("spec.audit.count", { n: audit.count });
  return audit.share === 0 ? t("spec.audit.none") : percent(audit.share, language);
}
