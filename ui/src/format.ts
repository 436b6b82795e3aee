// Numbers, times and durations as people read them, in both languages. Pure functions.

import type { Language } from "./preferences";

const LOCALE: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };

/** "3 min ago" / "3 分钟前"; from a week on, the date. */
export function ago(iso: string, language: Language, now = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const size = Math.abs(seconds);
  const words = new Intl.RelativeTimeFormat(LOCALE[language], { numeric: "auto", style: "short" });
  if (size < 10) return language === "zh" ? "刚刚" : "just now";
  if (size < 60) return words.format(Math.trunc(seconds / 10) * 10, "second");
  if (size < 3600) return words.format(Math.trunc(seconds / 60), "minute");
  if (size < 86_400) return words.format(Math.trunc(seconds / 3600), "hour");
  if (size < 7 * 86_400) return words.format(Math.trunc(seconds / 86_400), "day");
  return new Intl.DateTimeFormat(LOCALE[language], { dateStyle: "medium" }).format(Date.parse(iso));
}

/** Date and time to the second, with the time zone. */
export function absolute(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALE[language], {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
    timeZoneName: "short",
  }).format(Date.parse(iso));
}

/** Hours, minutes and seconds of a moment of today. */
export function clock(moment: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALE[language], { timeStyle: "medium" }).format(moment);
}

/** "340 ms", "12.3 s", "4 min 05 s", "2 h 10 min" and the like. */
export function duration(seconds: number, language: Language): string {
  const unit =
    language === "zh"
      ? { ms: " 毫秒", s: " 秒", min: " 分", h: " 小时", d: " 天" }
      : { ms: " ms", s: " s", min: " min", h: " h", d: " d" };
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))}${unit.ms}`;
  if (seconds < 99.95) return `${seconds.toFixed(1)}${unit.s}`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}${unit.min} ${two(whole % 60)}${unit.s}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}${unit.h} ${two(minutes % 60)}${unit.min}`;
  return `${Math.round(minutes / 1440)}${unit.d}`;
}

/** A latency: one decimal below 10 ms, none above. */
export function milliseconds(value: number, language: Language): string {
  const unit = language === "zh" ? "毫秒" : "ms";
  const digits = value < 9.95 ? 1 : 0;
  return `${new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: digits }).format(value)} ${unit}`;
}

/** Seconds from `start` to `end`, or to now. */
export function between(start: string, end: string | null, now = Date.now()): number {
  return Math.max(0, ((end ? Date.parse(end) : now) - Date.parse(start)) / 1000);
}

/** A metric or parameter: four decimals where they say something, digits in groups. */
export function number(value: number, language: Language): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return value.toPrecision(4);
  const digits = Number.isInteger(value) ? 0 : size >= 1000 ? 1 : 4;
  return new Intl.NumberFormat(LOCALE[language], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** How much of something there is: two decimals where they say something, digits in groups. */
export function amount(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: 2 }).format(value);
}

/** A difference with its sign, as wide as the number it belongs to. */
export function signed(value: number, language: Language): string {
  const text = number(Math.abs(value), language);
  if (Number(text.replaceAll(",", "")) === 0) return `±${text}`;
  return `${value > 0 ? "+" : "\u2212"}${text}`;
}

/** A share as a percentage with one decimal. */
export function percent(share: number, language: Language): string {
  return new Intl.NumberFormat(LOCALE[language], {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(share);
}

export function bytes(size: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let rest = size;
  let unit = 0;
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}

/** A log with the reader's time of day instead of line numbers and long UTC times. */
export function readable(log: string): string {
  return log.replace(/^(?:\d{6} )?(\d{4}-\d\d-\d\dT[\d:.]+Z) /gm, (line, iso: string) => {
    const time = new Date(iso);
    if (Number.isNaN(time.valueOf())) return line;
    const day = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
    return `${day}.${String(time.getMilliseconds()).padStart(3, "0")}  `;
  });
}

/** Any value of a parameter or a comparison as one line of text. */
export function plain(value: unknown, language: Language): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return number(value, language);
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
