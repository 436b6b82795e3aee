// The stages of a run in a row: small in lists, large and selectable on the run's own page.

import type { StageBrief, StageShape, Title } from "../api/types";
import { duration } from "../format";
import { type Translate, wordFor } from "../messages";
import type { Language } from "../preferences";
import { useSettings } from "../settings";
import { Icon } from "./Icon";
import { look } from "./states";

/** A stage of the standard path has a short name; another one is called as its step is. */
function stageName(stage: { node: string; title: Title }, t: Translate, language: Language): string {
  return wordFor(t, "stage", stage.node, stage.title[language]);
}

/** One small mark per stage; the words are in its title and read aloud as one sentence. */
export function MiniStrip({ stages }: { stages: readonly StageBrief[] }) {
  const { t, language } = useSettings();
  const words = stages.map((stage) => {
    const took = stage.seconds === null ? "" : ` · ${duration(stage.seconds, language)}`;
    return `${stage.node}: ${wordFor(t, "state", stage.state)}${took}`;
  });
  return (
    <span className="mini-strip" role="img" aria-label={words.join(", ")}>
      {stages.map((stage, index) => (
        <span
          key={stage.node}
          className={`mini tone-${look(stage.state).tone} is-${stage.state}`}
          title={words[index]}
        />
      ))}
    </span>
  );
}

interface StripStage extends StageBrief {
  title: Title;
}

interface StageStripProps {
  stages: readonly StripStage[];
  selected: string | undefined;
  onSelect: (node: string) => void;
}

/** One button per stage: pictogram, name, time. */
export function StageStrip({ stages, selected, onSelect }: StageStripProps) {
  const { t, language } = useSettings();
  return (
    <ol className="strip" aria-label={t("run.stages")}>
      {stages.map((stage) => {
        const { tone, icon } = look(stage.state);
        return (
          <li key={stage.node}>
            <button
              type="button"
              className={`stage tone-${tone} is-${stage.state}`}
              aria-pressed={stage.node === selected}
              title={`${stage.title[language]}: ${wordFor(t, "state", stage.state)}`}
              onClick={() => onSelect(stage.node)}
            >
              <span className="stage-bar" />
              <span className="stage-name">
                <Icon name={icon} size={13} />
                {stageName(stage, t, language)}
              </span>
              <span className="stage-time">
                {stage.seconds === null
                  ? wordFor(t, "state", stage.state)
                  : duration(stage.seconds, language)}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

/** The stages that a lifecycle consists of, before any run. */
export function StageOutline({ stages }: { stages: readonly StageShape[] }) {
  const { t, language } = useSettings();
  return (
    <ol className="outline" aria-label={t("run.stages")}>
      {stages.map((stage) => (
        <li key={stage.node} title={`${stage.title[language]} (${stage.step})`}>
          {stageName(stage, t, language)}
        </li>
      ))}
    </ol>
  );
}
