import { expect, test } from "vitest";

import { LARGEST, pictureBody, picturePreview, sampleImage, tooLarge } from "./picture";

test("one label asks for the best classes, several labels for a score", () => {
  expect(pictureBody("AA", false, "3")).toEqual({ image: "AA", top_num: 3 });
  expect(pictureBody("AA", true, "0.35")).toEqual({ image: "AA", threshold: 0.35 });
});

test("what is no number is left to the service's default", () => {
  expect(pictureBody("AA", false, "")).toEqual({ image: "AA" });
  expect(pictureBody("AA", true, "high")).toEqual({ image: "AA" });
});

test("pictures that browsers can show are previewed by their first bytes", () => {
  expect(picturePreview("iVBORw0KGgo=")).toBe("data:image/png;base64,iVBORw0KGgo=");
  expect(picturePreview("/9j/4AAQ")).toMatch(/^data:image\/jpeg/);
  expect(picturePreview("SUkqAA==")).toBeUndefined();
});

test("a sample without a picture gives none", () => {
  expect(sampleImage({ image: "AA" })).toBe("AA");
  expect(sampleImage({ image: "" })).toBeUndefined();
  expect(sampleImage(null)).toBeUndefined();
});

test("a picture of the largest size fits into 4 MiB as Base64", () => {
  expect(Math.ceil(LARGEST / 3) * 4).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(tooLarge(LARGEST)).toBe(false);
  expect(tooLarge(LARGEST + 1)).toBe(true);
});
