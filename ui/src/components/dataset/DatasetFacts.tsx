// What a dataset is, in the words of its newest card; classes with how often they are there.

import type { Dataset } from "../../api/types";
import { bytes, number } from "../../format";
import { type Translate, wordFor } from "../../messages";
import { balanceOf } from "../../samples/balance";
import { useSettings } from "../../settings";
import { Facts } from "../Facts";
import { DatasetLink } from "../links";
import { Panel } from "../Page";
import { Balance } from "./Balance";

export function DatasetFacts({ dataset }: { dataset: Dataset }) {
  const { t, language } = useSettings();
  const newest = dataset.history.find((one) => !one.deleted);
  const classes = balanceOf(dataset.card);
  const parent = dataset.card?.parent;
  return (
    <Panel>
      <Facts
        facts={[
          [t("name"), <code>{dataset.name}</code>],
          [t("modality"), wordFor(t, "modality", dataset.modality ?? "–")],
          [t("task"), wordFor(t, "task", dataset.task ?? "–")],
          newest?.rows != null && [t("samples"), number(newest.rows, language)],
          newest && [t("size"), bytes(newest.size)],
          [t("dataset.visibility"), t(`visibility.${dataset.visibility}`)],
          !dataset.online && [t("state"), t("dataset.offline")],
          dataset.owner && [t("owner"), dataset.owner],
          ...cardFacts(dataset.card, t),
          typeof parent === "string" && [t("dataset.parent"), <DatasetLink tag={parent} />],
          dataset.tags.length > 0 && [
            t("tags"),
            dataset.tags.map((tag) => (
              <span key={tag} className="chip">
                {tag}
              </span>
            )),
          ],
        ]}
      />
      {classes.length > 0 && <Balance classes={classes} />}
    </Panel>
  );
}

/** What a card says of its origin, in its own words. */
function cardFacts(card: Dataset["card"], t: Translate): (readonly [string, string])[] {
  return (["target", "licence"] as const).flatMap((name) => {
    const value = card?.[name];
    return typeof value === "string" && value ? [[t(`dataset.${name}`), value] as const] : [];
  });
}
