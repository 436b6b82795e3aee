// What is looked at, in the address of the page, so that it can be sent to somebody. Pure.

export interface SampleQuery {
  version: number | undefined;
  part: string;
  label: string;
  waiting: boolean;
  search: string;
  page: number;
}

export const PAGE = 60;

export function readQuery(params: URLSearchParams): SampleQuery {
  return {
    version: count(params.get("version")),
    part: params.get("part") ?? "",
    label: params.get("label") ?? "",
    waiting: params.get("waiting") === "1",
    search: params.get("q") ?? "",
    page: count(params.get("page")) ?? 1,
  };
}

/** `params` with `changes`; a change of what is looked for begins at its first page. */
export function withQuery(params: URLSearchParams, changes: Record<string, string>): URLSearchParams {
  const next = new URLSearchParams(params);
  if (!("page" in changes) && !("sample" in changes)) next.delete("page");
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** The query in the hash of an address: what it is now, even while a page is still being drawn. */
export function queryOf(hash: string): URLSearchParams {
  const at = hash.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : hash.slice(at));
}

/** The query of the API. */
export function asked(query: SampleQuery): URLSearchParams {
  const params = new URLSearchParams({ limit: String(PAGE), offset: String((query.page - 1) * PAGE) });
  if (query.version) params.set("version", String(query.version));
  if (query.part) params.set("part", query.part);
  if (query.label) params.set("label", query.label);
  if (query.waiting) params.set("annotated", "false");
  if (query.search.trim()) params.set("search", query.search.trim());
  return params;
}

function count(text: string | null): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
