import { expect, test } from "vitest";

import { catalogueQuery } from "./catalogue";

test("what the address asks for is asked of the API, and nothing else", () => {
  const params = new URLSearchParams("word= pumps &modality=image&mine=true&deleted=no&page=3&tag=");
  expect(catalogueQuery(params)).toEqual({ word: "pumps", modality: "image", mine: "true" });
});
