// Requests to an image service. Pure functions.

/** Bytes of a picture file whose base64 text still fits into 4 MiB. */
export const LARGEST = 3 * 1024 * 1024;

export function tooLarge(size: number): boolean {
  return size > LARGEST;
}

/** The body of `POST /predict`: `top_num` classes, or all above `threshold`. */
export function pictureBody(image: string, multi: boolean, limit: string): unknown {
  const value = Number(limit);
  if (limit.trim() === "" || !Number.isFinite(value)) return { image };
  return multi ? { image, threshold: value } : { image, top_num: Math.round(value) };
}

/** The picture of a sample request. */
export function sampleImage(sample: unknown): string | undefined {
  const image = (sample as { image?: unknown } | null)?.image;
  return typeof image === "string" && image !== "" ? image : undefined;
}

const BEGINNINGS: readonly (readonly [string, string])[] = [
  ["iVBOR", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["Qk", "image/bmp"],
  ["UklGR", "image/webp"],
];

/** A data address for what browsers can show; undefined for the rest, such as TIFF. */
export function picturePreview(image: string): string | undefined {
  const kind = BEGINNINGS.find(([beginning]) => image.startsWith(beginning))?.[1];
  return kind && `data:${kind};base64,${image}`;
}
