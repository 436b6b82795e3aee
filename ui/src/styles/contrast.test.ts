import { describe, expect, test } from "vitest";

import css from "./tokens.css?raw";

/** Variables of the block that begins with `selector`. */
function variables(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0] ?? "";
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const SURFACES = ["page", "surface", "raised", "hover", "selected"];
const TONES = ["good", "busy", "wait", "bad", "refused", "still"];

describe.each([
  ["light", ":root"],
  ["dark", ':root[data-theme="dark"]'],
])("the %s theme", (_, selector) => {
  const colours = variables(selector);
  const of = (name: string) => {
    const colour = colours.get(name);
    if (colour === undefined) throw new Error(`no colour ${name}`);
    return colour;
  };

  test.each(["text", "text-2", "text-3", "accent"])("%s is readable on every surface", (text) => {
    for (const surface of SURFACES) {
      expect(contrast(of(text), of(surface)), surface).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(TONES)("%s is readable on its badge and on surfaces", (tone) => {
    expect(contrast(of(tone), of(`${tone}-soft`))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of(tone), of("surface"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of("text"), of(`${tone}-soft`))).toBeGreaterThanOrEqual(4.5);
  });

  test("buttons are readable; edges of fields and the focus ring are seen", () => {
    expect(contrast(of("on-accent"), of("accent"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of("surface"), of("bad"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of("line-strong"), of("surface"))).toBeGreaterThanOrEqual(3);
    for (const surface of SURFACES) {
      expect(contrast(of("focus"), of(surface)), surface).toBeGreaterThanOrEqual(3);
    }
  });
});
