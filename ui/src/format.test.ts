import { describe, expect, test } from "vitest";

import {
  ago,
  between,
  bytes,
  duration,
  milliseconds,
  number,
  percent,
  plain,
  readable,
  signed,
} from "./format";

const now = Date.parse("2026-11-21T12:00:00Z");
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString();

describe("moments", () => {
  test.each([
    [3, "just now", "刚刚"],
    [35, "30 sec ago", "30秒前"],
    [200, "3 min ago", "3分钟前"],
    [7300, "2 hr ago", "2小时前"],
    [86_400, "yesterday", "昨天"],
  ])("%d seconds back", (seconds, english, chinese) => {
    expect(ago(before(seconds), "en", now)).toBe(english);
    expect(ago(before(seconds), "zh", now).replaceAll(" ", "")).toBe(chinese);
  });

  test("the future is said, too", () => {
    expect(ago(before(-7300), "en", now)).toBe("in 2 hr");
  });

  test("older than a week is a date", () => {
    expect(ago("2026-01-05T08:00:00Z", "en", now)).toBe("5 Jan 2026");
    expect(ago("2026-01-05T08:00:00Z", "zh", now)).toBe("2026年1月5日");
  });
});

describe("durations", () => {
  test.each([
    [0, "0 ms"],
    [0.34, "340 ms"],
    [0.9999, "1.0 s"],
    [59.96, "60.0 s"],
    [99.9, "99.9 s"],
    [99.96, "1 min 40 s"],
    [245, "4 min 05 s"],
    [3599.7, "1 h 00 min"],
    [7800, "2 h 10 min"],
    [400_000, "5 d"],
  ])("%d seconds", (seconds, text) => {
    expect(duration(seconds, "en")).toBe(text);
  });

  test("in Chinese", () => {
    expect(duration(245, "zh")).toBe("4 分 05 秒");
  });

  test("last until now while they last, and never less than nothing", () => {
    expect(between(before(90), null, now)).toBe(90);
    expect(between(before(90), before(30), now)).toBe(60);
    expect(between(before(-5), null, now)).toBe(0);
  });
});

test.each([
  [0.84, "0.8 ms"],
  [10, "10 ms"],
  [105.55, "106 ms"],
  [2300, "2,300 ms"],
])("a latency of %d ms", (value, text) => {
  expect(milliseconds(value, "en")).toBe(text);
});

describe("numbers", () => {
  test.each([
    [0.98641851, "0.9864"],
    [3, "3"],
    [0, "0"],
    [12_345, "12,345"],
    [12_345.678, "12,345.7"],
    [0.000012345, "0.00001234"],
    [Number.NaN, "NaN"],
  ])("%d", (value, text) => {
    expect(number(value, "en")).toBe(text);
  });

  test("differences carry their sign", () => {
    expect(signed(0.0123, "en")).toBe("+0.0123");
    expect(signed(-0.5, "en")).toBe("\u22120.5000");
    expect(signed(0, "en")).toBe("±0");
  });

  test("shares and sizes", () => {
    expect(percent(0.0312, "en")).toBe("3.1%");
    expect(bytes(900)).toBe("900 B");
    expect(bytes(5 * 1024 * 1024)).toBe("5.0 MiB");
  });

  test("any value is one line", () => {
    expect(plain(null, "en")).toBe("–");
    expect(plain([1, "a"], "en")).toBe('[1,"a"]');
    expect(plain(true, "en")).toBe("true");
  });
});

describe("logs", () => {
  test("line numbers and dates give way to the time of day", () => {
    const time = new Date("2026-11-21T06:20:47.988Z");
    const hour = String(time.getHours()).padStart(2, "0");
    const minute = String(time.getMinutes()).padStart(2, "0");
    expect(readable("000001 2026-11-21T06:20:47.988Z 20 pinned\n  as is")).toBe(
      `${hour}:${minute}:47.988  20 pinned\n  as is`,
    );
  });

  test("other lines stay as they are", () => {
    const text = "123456 items\n2026-99-99T00:00:00Z what\n";
    expect(readable(text)).toBe(text);
  });
});
