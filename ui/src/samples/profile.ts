// The profile of a version, as `aileron.data.quality.profile` describes it. Pure functions.

export interface ColumnProfile {
  name: string;
  about: "sample" | "object";
  type: string;
  title: { en: string; zh: string } | null;
  count: number;
  missing: number;
  distinct: number;
  min: number | string | null;
  max: number | string | null;
  mean: number | null;
  histogram: { edges: number[]; counts: number[] } | null;
  top: { value: string; count: number }[];
}

export interface Finding {
  id: string;
  severity: "problem" | "warning" | "note";
  sentence: { en: string; zh: string };
}

export interface Profile {
  format_version: number;
  rows: number;
  columns: ColumnProfile[];
  findings: Finding[];
}

/** Columns by name; none of a profile that is not there. */
export function columnsOf(profile: Profile | null | undefined): Map<string, ColumnProfile> {
  return new Map((profile?.columns ?? []).map((column) => [column.name, column]));
}
