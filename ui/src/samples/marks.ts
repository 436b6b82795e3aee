// What is marked in texts, as pieces that can be drawn one after the other. Pure functions.

import type { SampleSpan } from "../api/types";

export interface Piece {
  text: string;
  /** Places in the list of spans: those that cover the piece. */
  spans: number[];
  /** Spans that end with the piece: their names stand behind it. */
  ends: number[];
}

/** `text` cut wherever a span begins or ends; positions are characters, not UTF-16 units. */
export function pieces(text: string, spans: readonly SampleSpan[]): Piece[] {
  const characters = Array.from(text);
  const within = (place: number) => Math.min(Math.max(place, 0), characters.length);
  const cuts = new Set([0, characters.length]);
  for (const span of spans) cuts.add(within(span.start)).add(within(span.end));
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(0, -1).map((start, index) => {
    const end = places[index + 1] ?? characters.length;
    const covering = spans.flatMap((span, at) => (span.start <= start && span.end >= end ? [at] : []));
    return {
      text: characters.slice(start, end).join(""),
      spans: covering,
      ends: covering.filter((at) => spans[at]?.end === end),
    };
  });
}

export interface TokenRun {
  tokens: string[];
  /** What they are together; none for tokens outside. */
  label: string | undefined;
}

/** Tokens put together by their tags: B- begins, I- of the same kind goes on. */
export function tokenRuns(tokens: readonly string[], tags: readonly string[]): TokenRun[] {
  const runs: TokenRun[] = [];
  tokens.forEach((token, at) => {
    const tag = tags[at] ?? "O";
    const label = tag === "O" ? undefined : tag.slice(2);
    const last = runs.at(-1);
    const goesOn = tag.startsWith("I-") || label === undefined;
    if (last && last.label === label && goesOn) last.tokens.push(token);
    else runs.push({ tokens: [token], label });
  });
  return runs;
}

/** The text of a span. */
export function spanText(text: string, span: SampleSpan | undefined): string {
  return span ? Array.from(text).slice(span.start, span.end).join("") : "";
}

/** Tokens as they are read: Chinese without spaces between. */
export function joined(tokens: readonly string[]): string {
  return tokens.reduce((text, token) => {
    const close = text === "" || (WIDE.test(text.at(-1) ?? "") && WIDE.test(token[0] ?? ""));
    return close ? text + token : `${text} ${token}`;
  }, "");
}

const WIDE = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;
