// What those who manage a campaign do with a package: give it to somebody, set its deadline.

import { useState } from "react";

import type { LabelPackage } from "../../api/types";
import { packageName } from "../../labelling/progress";
import { useIdentity } from "../../identity";
import { useText } from "../../settings";
import { Action } from "../Action";
import { DueDialog } from "./DueDialog";
import { HandDialog } from "./HandDialog";

/** States in which somebody works on a package. */
const AT_WORK = ["assigned", "labelling", "returned"];

type Act = "assign" | "transfer" | "due";

function actsOn(one: LabelPackage): Act[] {
  if (one.state === "unassigned") return ["assign", "due"];
  return AT_WORK.includes(one.state) ? ["transfer", "due"] : [];
}

interface PackageActionsProps {
  one: LabelPackage;
  overlap: number;
  annotators: readonly string[];
  refresh: () => Promise<void>;
  /** Nothing changes any more. */
  ended: boolean;
  small?: boolean;
}

export function PackageActions(props: PackageActionsProps) {
  const { one, overlap, annotators, refresh, ended, small = false } = props;
  const t = useText();
  const { session } = useIdentity();
  const [asking, setAsking] = useState<Act>();
  const name = packageName(one, overlap);
  const acts = ended ? [] : actsOn(one);
  const close = () => setAsking(undefined);
  if (acts.length === 0 && asking === undefined) return null;
  return (
    <span className="row">
      {acts.map((act) => (
        <Action
          key={act}
          kind={small ? "small" : "plain"}
          permission={session.permissions["label.assign"]}
          label={t(`package.${act}.name`, { name })}
          onClick={() => setAsking(act)}
        >
          {t(`package.${act}`)}
        </Action>
      ))}
      {(asking === "assign" || asking === "transfer") && (
        <HandDialog one={one} name={name} act={asking} annotators={annotators} onClose={close} onDone={refresh} />
      )}
      {asking === "due" && <DueDialog one={one} name={name} onClose={close} onDone={refresh} />}
    </span>
  );
}
