// A state in words, with its colour and pictogram.

import { isKey } from "../messages";
import { useText } from "../settings";
import { Icon } from "./Icon";
import { look } from "./states";

export function Badge({ state }: { state: string }) {
  const t = useText();
  const { tone, icon } = look(state);
  const key = `state.${state}`;
  return (
    <span className={`badge tone-${tone}`} data-state={state}>
      <Icon name={icon} size={13} />
      {isKey(key) ? t(key) : state}
    </span>
  );
}
