// One request to the API: address, language, deadline, errors as sentences. The browser's cookie
// says who asks: Airflow's inside Airflow, else the one that signing in with a token gave.

import { report } from "./connection";
import { ApiError } from "./errors";

const DEADLINE = 20_000;

export interface Request {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  body?: unknown;
  signal?: AbortSignal;
  deadline?: number;
}

const signedOut = new Set<() => void>();
let language = "en";

/** Sentences of the API are asked for in `code` from now on. */
export function speak(code: string): void {
  language = code;
}

/** `listener` is called when the API no longer knows who asks. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => void signedOut.delete(listener);
}

/** The API's address of `path`, below wherever the pages are served. */
export function address(path: string): string {
  return new URL(`api/v1/${path}`, document.baseURI).href;
}

export async function ask<T>(path: string, request: Request = {}): Promise<T> {
  return (await answer(path, request)).json() as Promise<T>;
}

export async function askText(path: string, request: Request = {}): Promise<string> {
  return (await answer(path, request)).text();
}

async function answer(path: string, request: Request): Promise<Response> {
  const response = await send(path, request);
  if (response.ok) return response;
  const error = await refusal(response);
  if (error.status === 401) {
    for (const listener of [...signedOut]) listener();
  }
  throw error;
}

async function send(path: string, request: Request): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": language };
  if (request.body !== undefined) headers["Content-Type"] = "application/json";
  const deadline = AbortSignal.timeout(request.deadline ?? DEADLINE);
  try {
    const response = await fetch(address(path), {
      method: request.method ?? "GET",
      headers,
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: request.signal ? either(request.signal, deadline) : deadline,
      credentials: "same-origin",
    });
    report(response.status !== 502 && response.status !== 504);
    return response;
  } catch (error) {
    if (request.signal?.aborted) throw error;
    report(false);
    throw new ApiError(0, "pages.away", "");
  }
}

async function refusal(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error_code?: string; error_msg?: string };
    const sentence = body.error_msg ?? `HTTP ${response.status}`;
    return new ApiError(response.status, body.error_code ?? "", sentence);
  } catch {
    return new ApiError(response.status, "", `HTTP ${response.status} ${response.statusText}`);
  }
}

function either(first: AbortSignal, second: AbortSignal): AbortSignal {
  const both = new AbortController();
  for (const signal of [first, second]) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener("abort", () => both.abort(signal.reason), { once: true });
  }
  return both.signal;
}
