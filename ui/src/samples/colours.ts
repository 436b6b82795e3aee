// A colour per class, the same wherever the class is drawn. Names stand beside colours always.

/** Neighbouring classes are far apart: the golden angle around the circle of hues. */
export function colourOf(classes: readonly string[], label: string): string {
  const place = classes.indexOf(label);
  if (place < 0) return "hsl(0 0% 55%)";
  const lightness = [52, 42, 62][Math.floor(place / 9) % 3] ?? 52;
  return `hsl(${Math.round((205 + place * 137.5) % 360)} 78% ${lightness}%)`;
}
