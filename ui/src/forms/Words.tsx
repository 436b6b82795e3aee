// A list of words of which many are known: those chosen, in their order, and one to choose next.

import { type FormEvent, type KeyboardEvent, useState } from "react";

import { Icon } from "../components/Icon";
import { useText } from "../settings";
import { type InputProps, Known } from "./parts";
import { linesOf } from "./reading";

/** Known words are buttons too if they are no more than that. */
const FEW = 12;
const CHOSEN_OF_THE_LIST = "insertReplacementText";

interface WordsProps extends Omit<InputProps, "field"> {
  field: Pick<InputProps["field"], "path" | "help">;
}

export function Words({ id, field, text, known, wrong, onChange }: WordsProps) {
  const t = useText();
  const [typed, setTyped] = useState("");
  const chosen = linesOf(text);
  const left = known.filter((word) => !chosen.includes(word));

  function add(word: string) {
    const bare = word.trim();
    if (bare && !chosen.includes(bare)) onChange([...chosen, bare].join("\n"));
    setTyped("");
  }

  function type(event: FormEvent<HTMLInputElement>) {
    const { value } = event.currentTarget;
    const picked = (event.nativeEvent as InputEvent).inputType === CHOSEN_OF_THE_LIST;
    if (picked && known.includes(value)) add(value);
    else setTyped(value);
  }

  function press(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    add(typed);
  }

  return (
    <div className="words">
      {chosen.length > 0 && (
        <ul className="words-chosen">
          {chosen.map((word) => (
            <li key={word} className="word">
              {word}
              <button
                type="button"
                aria-label={t("form.word.remove", { word })}
                onClick={() => onChange(chosen.filter((one) => one !== word).join("\n"))}
              >
                <Icon name="cross" size={11} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        id={id}
        name={field.path}
        type="text"
        aria-invalid={wrong}
        aria-describedby={field.help ? `${id}-help` : undefined}
        list={left.length > FEW ? `${id}-known` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={t("form.word.add")}
        value={typed}
        onChange={type}
        onKeyDown={press}
        onBlur={() => add(typed)}
      />
      {left.length > FEW ? (
        <Known id={id} words={left} />
      ) : (
        left.length > 0 && (
          <span className="words-known">
            {left.map((word) => (
              <button key={word} type="button" className="word-known" onClick={() => add(word)}>
                + {word}
              </button>
            ))}
          </span>
        )
      )}
    </div>
  );
}
