// A file sent in pieces by the tus protocol 1.0; what arrived before a break is not sent again.

import { address } from "./client";
import { ApiError } from "./errors";
import type { Upload } from "./types";

const PIECE = 8 << 20;
const TRIES = 5;
const TUS = { "Tus-Resumable": "1.0.0" };

export interface Sending {
  file: Blob & { name: string };
  /** Told how many bytes have arrived. */
  onProgress: (bytes: number) => void;
  signal: AbortSignal;
  /** Milliseconds before the first retry; tests wait less. */
  patience?: number;
}

/** The id of the upload, once all of `file` is there. */
export async function upload(sending: Sending): Promise<string> {
  const begun = await begin(sending);
  let { offset } = begun;
  let failures = 0;
  while (offset < sending.file.size) {
    try {
      offset = await append(begun.id, offset, sending);
      failures = 0;
      sending.onProgress(offset);
    } catch (error) {
      failures += 1;
      if (sending.signal.aborted || failures >= TRIES || !passing(error)) throw error;
      await pause((sending.patience ?? 500) * 2 ** failures, sending.signal);
      offset = (await asked(begun.id, sending.signal)) ?? offset;
    }
  }
  return begun.id;
}

async function begin({ file, signal }: Sending): Promise<Upload> {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const headers = { ...TUS, "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` };
  const answer = await fetch(address("uploads"), { method: "POST", headers, signal });
  if (!answer.ok) throw await refusal(answer);
  return (await answer.json()) as Upload;
}

/** Send one piece; the offset after it. */
async function append(id: string, offset: number, { file, signal }: Sending): Promise<number> {
  const answer = await fetch(address(`uploads/${id}`), {
    method: "PATCH",
    headers: {
      ...TUS,
      "Upload-Offset": String(offset),
      "Content-Type": "application/offset+octet-stream",
    },
    body: file.slice(offset, offset + PIECE),
    signal,
  });
  if (!answer.ok) throw await refusal(answer);
  return Number(answer.headers.get("Upload-Offset"));
}

/** How far the upload is; undefined if nobody answers. */
async function asked(id: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const answer = await fetch(address(`uploads/${id}`), { method: "HEAD", headers: TUS, signal });
    return answer.ok ? Number(answer.headers.get("Upload-Offset")) : undefined;
  } catch {
    return undefined; // the next piece is tried, and says what is wrong
  }
}

/** Whether it may go better another time: no answer, a server's fault, or another offset. */
function passing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500 || error.status === 409;
}

async function refusal(answer: Response): Promise<ApiError> {
  try {
    const body = (await answer.json()) as { error_code: string; error_msg: string };
    return new ApiError(answer.status, body.error_code, body.error_msg);
  } catch {
    return new ApiError(answer.status, "", `HTTP ${answer.status}`);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
