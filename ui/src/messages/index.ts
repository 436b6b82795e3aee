// The translator: message id and values to text. A missing key does not compile.

import type { Language } from "../preferences";
import { en } from "./en";
import { zh } from "./zh";

export type Key = keyof typeof en;
export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

const MESSAGES: Record<Language, Record<Key, string>> = { en, zh };

/** `{name}` is replaced by a value; `{n|one|many}` chooses by the number n. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined) return String(value);
    return (Number(value) === 1 ? one : many) ?? "";
  });
}

export function translator(language: Language): Translate {
  const messages = MESSAGES[language];
  return (key, values) => fill(messages[key], values);
}

/** Whether there is a message `key`, for ids that come from the API. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(en, key);
}

/** The word for `value`, of a `kind` of ids that come from the API; else `otherwise`. */
export function wordFor(t: Translate, kind: string, value: string, otherwise = value): string {
  const key = `${kind}.${value}`;
  return isKey(key) ? t(key) : otherwise;
}
