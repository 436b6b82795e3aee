// What of the catalogue is asked for, in the address of the page. Pure functions.

const TEXTS = ["word", "modality", "task", "tag"] as const;
const SWITCHES = ["favourite", "mine", "deleted"] as const;

export const MODALITIES = ["table", "image", "text", "audio", "series"] as const;

/** The query of the API; nothing else of the address gets there. */
export function catalogueQuery(params: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of TEXTS) {
    const text = params.get(name)?.trim();
    if (text) query[name] = text;
  }
  for (const name of SWITCHES) if (params.get(name) === "true") query[name] = "true";
  return query;
}
