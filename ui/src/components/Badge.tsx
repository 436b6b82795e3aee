// A state in words, with its colour and pictogram.

import { wordFor } from "../messages";
import { useText } from "../settings";
import { Icon } from "./Icon";
import { look } from "./states";

export function Badge({ state }: { state: string }) {
  const t = useText();
  const { tone, icon } = look(state);
  return (
    <span className={`badge tone-${tone}`} data-state={state}>
      <Icon name={icon} size={13} />
      {wordFor(t, "state", state)}
    </span>
  );
}
