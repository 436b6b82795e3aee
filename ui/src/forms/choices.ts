// What the choices of a field are called: by the field where a word means several things.

import { isKey, type Translate, wordFor } from "../messages";
import { shortName } from "./schema";

export function choiceWord(t: Translate, path: string, value: string): string {
  const own = `option.${shortName(path)}.${value}`;
  return isKey(own) ? t(own) : wordFor(t, "option", value);
}
