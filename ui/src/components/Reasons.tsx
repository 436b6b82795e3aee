// What a gate said, rule by rule.

import type { Reason } from "../api/types";
import { useText } from "../settings";
import { Icon } from "./Icon";

export function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  const t = useText();
  if (reasons.length === 0) return null;
  return (
    <ul className="reasons">
      {reasons.map((reason) => (
        <li key={reason.sentence} className={reason.passed ? "tone-good" : "tone-refused"}>
          <Icon name={reason.passed ? "check" : "ban"} size={14} />
          <span className="visually-hidden">{t(reason.passed ? "rule.kept" : "rule.broken")}: </span>
          <span className="reason-text">{reason.sentence}</span>
        </li>
      ))}
    </ul>
  );
}
