import { expect, test } from "vitest";

import { draftOf, missing, NOTHING, specOf } from "./draft";

const CODE = { ...NOTHING.code, upload: "abc" };
const READY = { ...NOTHING, name: "mine", command: "python train.py", code: CODE };

test("a job needs a name, a command and code", () => {
  expect(missing(NOTHING)).toEqual({
    name: "job.name.needed",
    command: "job.command.needed",
    code: "job.code.needed",
  });
  expect(missing(READY)).toEqual({});
  expect(missing({ ...READY, name: "x".repeat(51) })).toHaveProperty("name");
});

test("numbers are within their bounds", () => {
  for (const hours of ["0", "169", "soon", ""]) expect(missing({ ...READY, hours })).toHaveProperty("hours");
  for (const nodes of ["0", "1.5", "17"]) expect(missing({ ...READY, nodes })).toHaveProperty("nodes");
  expect(missing({ ...READY, memory: "10" })).toHaveProperty("memory");
});

test("code in an image needs a pool and the image", () => {
  const code = { ...CODE, way: "image" as const };
  expect(missing({ ...READY, code })).toEqual({ code: "job.image.needed" });
  expect(missing({ ...READY, code, pool: "main", image: "registry/mine:1" })).toEqual({});
});

test("parameters that read as numbers are numbers, variables stay text", () => {
  const rows = [
    { name: "lr", value: "0.1" },
    { name: "on", value: "true" },
    { name: "id", value: "007" },
    { name: " ", value: "nothing" },
  ];
  const spec = specOf({ ...READY, parameters: rows, env: rows });
  expect(spec["parameters"]).toEqual({ lr: 0.1, on: true, id: "007" });
  expect(spec["env"]).toEqual({ lr: "0.1", on: "true", id: "007" });
});

test("a job goes through the form unchanged", () => {
  const spec = {
    command: "python train.py",
    framework: "pytorch",
    parameters: { lr: 0.1 },
    env: {},
    hours: 2,
    nodes: 2,
    restarts: 3,
    runner: "kubernetes",
    code: { git: { url: "https://example.org/x.git", revision: "main", connection: "forge" } },
    train_data: { dataset: "digits@v3", part: "train" },
    test_data: { folder: "data/test" },
    serving: { module: "serve.py", requirements: ["torch==2.13.0"], sample: "one.json" },
    resources: { pool: "main", size: "small", gpu: 1, image: undefined },
  };
  expect(specOf(draftOf({ name: "mine", description: "", spec }))).toEqual(spec);
});

test("the login of a repository goes to no other one", () => {
  const git = { url: "https://example.org/x.git", connection: "forge" };
  const draft = draftOf({ name: "mine", description: "", spec: { command: "true", code: { git } } });
  expect(specOf(draft)["code"]).toEqual({ git });
  const code = { ...draft.code, url: "https://example.com/y.git" };
  expect(specOf({ ...draft, code })["code"]).toEqual({ git: { url: "https://example.com/y.git" } });
});
