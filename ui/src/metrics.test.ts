import { expect, test } from "vitest";

import type { ModelVersion } from "./api/types";
import { commonHeadline, headline, judge, series, smallerIsBetter } from "./metrics";

test("the primary metric comes first, then the telling ones", () => {
  const metrics = { accuracy: 0.9, log_loss: 0.2, roc_auc: 0.95 };
  expect(headline(metrics, "accuracy")).toEqual(["accuracy", "roc_auc"]);
  expect(headline(metrics)).toEqual(["roc_auc", "accuracy"]);
  expect(headline({ novel: 1 })).toEqual(["novel"]);
  expect(headline(null)).toEqual([]);
});

test("columns are what most rows would show", () => {
  const rows = [
    { metrics: { rmse: 1, r2: 0.5 }, primary: "rmse" },
    { metrics: { rmse: 2, r2: 0.4 }, primary: "rmse" },
    { metrics: null },
  ];
  expect(commonHeadline(rows)).toEqual(["rmse", "r2"]);
});

test("errors and losses are better when smaller", () => {
  for (const name of ["log_loss", "rmse", "brier", "max_error", "median_absolute_error", "mape"]) {
    expect(smallerIsBetter(name), name).toBe(true);
  }
  for (const name of ["accuracy", "r2", "roc_auc", "map", "f1_macro"]) {
    expect(smallerIsBetter(name), name).toBe(false);
  }
  expect(judge("rmse", 1, 2)).toBe("better");
  expect(judge("r2", 0.1, 0.2)).toBe("worse");
  expect(judge("r2", 0.2, 0.2)).toBe("same");
});

test("a series runs from the oldest version and leaves out what lacks the metric", () => {
  const versions = [
    { version: 3, metrics: { r2: 0.7 }, champion: true },
    { version: 2, metrics: null, champion: false },
    { version: 1, metrics: { r2: 0.6 }, champion: false },
  ] as unknown as ModelVersion[];
  expect(series(versions, "r2").map((point) => point.version)).toEqual([1, 3]);
});
