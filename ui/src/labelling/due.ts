// Deadlines between the API's moments and the field of a form, which is in local time. Pure.

/** A moment as a field of date and time shows it; empty if there is none. */
export function fieldOf(iso: string | null): string {
  if (iso === null) return "";
  const moment = new Date(iso);
  const local = new Date(moment.valueOf() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The moment that the field holds; null if it is empty. */
export function momentOf(field: string): string | null {
  return field === "" ? null : new Date(field).toISOString();
}
