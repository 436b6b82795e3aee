// Until when something is wanted, and whether that is over.

import { useText } from "../../settings";
import { Icon } from "../Icon";
import { Ago } from "../Time";

interface DueProps {
  deadline: string | null;
  overdue: boolean;
}

export function Due({ deadline, overdue }: DueProps) {
  const t = useText();
  if (deadline === null) return <span className="quiet">–</span>;
  if (!overdue) return <Ago time={deadline} />;
  return (
    <span className="badge tone-bad">
      <Icon name="alert" size={13} />
      {t("label.overdue")} · <Ago time={deadline} />
    </span>
  );
}
