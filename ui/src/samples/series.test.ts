import { expect, test } from "vitest";

import { boundsOf, lineOf, parseSeries, rangesOf, timeText } from "./series";

test("a series is read from its file, dates as seconds", () => {
  const dates = "time,a,b\n1970-01-01T00:00:01.500+00:00,1,-2\n1970-01-01T00:01:00.000+00:00,3,4e1\n";
  expect(parseSeries(dates)).toEqual({
    times: [1.5, 60],
    channels: [
      { name: "a", values: [1, 3] },
      { name: "b", values: [-2, 40] },
    ],
  });
  expect(parseSeries("time,a\n-5,1\n0.5,2\n").times).toEqual([-5, 0.5]);
});

test("a line keeps the extremes of many points", () => {
  expect(lineOf([0, 1, 2], [0, 10, 5])).toBe("0.0,100.0 500.0,0.0 1000.0,50.0");
  const times = Array.from({ length: 100_000 }, (_, at) => at);
  const values = times.map((at) => (at === 77_777 ? 9 : at % 2));
  const line = lineOf(times, values);
  expect(line.split(" ").length).toBeLessThanOrEqual(1000);
  expect(line).toContain("777.8,0.0");
  expect(boundsOf([3, 3])).toEqual([2, 4]);
});

test("ranges are shares of the series", () => {
  const segments = [
    { label: "b", start: 15, end: 20 },
    { label: "a", start: 10, end: 12.5 },
  ];
  const found = rangesOf({ first: 10, last: 20, segments });
  expect(found.map(({ segment, left, width }) => [segment.label, left, width])).toEqual([
    ["a", 0, 0.25],
    ["b", 0.5, 0.5],
  ]);
  expect(rangesOf({ first: null, last: null, segments })[0]).toMatchObject({ left: 0, width: 0 });
});

test("times are numbers, or dates in UTC", () => {
  expect(timeText(1467331200, "date")).toBe("2016-07-01 00:00");
  expect(timeText(1467331201.25, "date")).toBe("2016-07-01 00:00:01.250");
  expect(timeText(0.1 + 0.2, "number")).toBe("0.3");
});
