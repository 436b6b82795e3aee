import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { upload } from "./upload";

/** A server that keeps what it is sent, and fails where `faults` says so. */
class Server {
  kept = 0;
  asked: string[] = [];
  faults: (() => Response | undefined)[] = [];

  answer(method: string, init: RequestInit): Response {
    this.asked.push(method);
    const told = { "Upload-Offset": String(this.kept) };
    if (method === "POST") {
      return Response.json({ id: "a".repeat(32), offset: 0 }, { status: 201 });
    }
    if (method === "HEAD") return new Response(null, { status: 204, headers: told });
    const fault = this.faults.shift()?.();
    if (fault) return fault;
    const from = Number((init.headers as Record<string, string>)["Upload-Offset"]);
    if (from !== this.kept) return Response.json({ error_code: "x", error_msg: "y" }, { status: 409 });
    this.kept += (init.body as Blob).size;
    return new Response(null, { status: 204, headers: { "Upload-Offset": String(this.kept) } });
  }
}

const server = { now: new Server() };
const file = (size: number) => Object.assign(new Blob([new Uint8Array(size)]), { name: "数据.csv" });

beforeEach(() => {
  server.now = new Server();
  vi.stubGlobal("document", { baseURI: "http://here/" });
  vi.stubGlobal("fetch", (_: string, init: RequestInit) =>
    Promise.resolve(server.now.answer(init.method ?? "GET", init)),
  );
});
afterEach(() => vi.unstubAllGlobals());

function send(size: number, seen: number[] = []) {
  return upload({
    file: file(size),
    onProgress: (bytes) => seen.push(bytes),
    signal: new AbortController().signal,
    patience: 1,
  });
}

test("a file goes piece by piece", async () => {
  const seen: number[] = [];
  expect(await send((8 << 20) * 2 + 5, seen)).toBe("a".repeat(32));
  expect(seen).toEqual([8 << 20, 16 << 20, (16 << 20) + 5]);
  expect(server.now.asked).toEqual(["POST", "PATCH", "PATCH", "PATCH"]);
});

test("after a break it goes on where the server is", async () => {
  server.now.faults = [
    () => {
      server.now.kept += 100; // a part of the piece arrived
      throw new TypeError("the line is cut");
    },
  ];
  await send(1000);
  expect(server.now.kept).toBe(1000);
  expect(server.now.asked).toEqual(["POST", "PATCH", "HEAD", "PATCH"]);
});

test("what the server refuses is not tried again", async () => {
  const refused = () => Response.json({ error_code: "big", error_msg: "Too much." }, { status: 413 });
  server.now.faults = [refused];
  await expect(send(10)).rejects.toThrow("Too much.");
  expect(server.now.asked).toEqual(["POST", "PATCH"]);
});

test("a server that stays away is given up", async () => {
  server.now.faults = Array.from({ length: 9 }, () => () => new Response(null, { status: 503 }));
  await expect(send(10)).rejects.toThrow("503");
});

test("an empty file is there at once", async () => {
  await send(0);
  expect(server.now.asked).toEqual(["POST"]);
});
