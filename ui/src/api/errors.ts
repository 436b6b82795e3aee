// What can go wrong between the pages and the API.

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 if no answer came. */
    readonly status: number,
    /** Message id of the sentence, such as `registry.promoted_by_another`. */
    readonly code: string,
    sentence: string,
  ) {
    super(sentence);
    this.name = "ApiError";
  }

  /** No answer, or one of a proxy whose server is gone. */
  get away(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }
}

/** Trying again can help, nobody having changed anything. */
export function worthRetrying(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
}
