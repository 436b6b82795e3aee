// A state in words, with its colour and pictogram.

import { wordFor } from "../messages";
import { useText } from "../settings";
import { Icon } from "./Icon";
import { look } from "./states";

interface BadgeProps {
  state: string;
  /** Of which words: things name their states in their own. */
  kind?: string;
}

export function Badge({ state, kind = "state" }: BadgeProps) {
  const t = useText();
  const { tone, icon } = look(state, kind);
  return (
    <span className={`badge tone-${tone}`} data-state={state}>
      <Icon name={icon} size={13} />
      {wordFor(t, kind, state)}
    </span>
  );
}
