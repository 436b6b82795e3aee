// The few pictograms of the pages, drawn on a 16 x 16 grid in the colour of the text.

const PATHS = {
  check: "M3.500 8.500l3 3 6-7",
  cross: "M4 4l8 8M12 4l-8 8",
  ban: "M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11M4.200 4.200l7.600 7.600",
  clock: "M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11M8 5v3.200l2 1.300",
  pause: "M6 4v8M10 4v8",
  play: "M5.500 3.800v8.400l6.500-4.200z",
  stop: "M4.500 4.500h7v7h-7z",
  skip: "M4.500 8h7",
  again: "M12.700 6.500A5 5 0 1 0 13 8.800M13 3.300v3.400H9.600",
  back: "M6.500 4L3 7.500 6.500 11M3 7.500h6.500a3.500 3.500 0 0 1 0 7H8",
  out: "M6 3.500H3.500v9h9V10M9 3h4v4M13 3L7.500 8.500",
  right: "M6 3.500L10.500 8 6 12.500",
  down: "M3.500 6L8 10.500 12.500 6",
  sun: "M8 5.200a2.800 2.800 0 1 0 0 5.600a2.800 2.800 0 1 0 0-5.600M8 1.500v1.400M8 13.100v1.400M1.500 8h1.400M13.100 8h1.400M3.400 3.400l1 1M11.600 11.600l1 1M12.600 3.400l-1 1M4.400 11.600l-1 1",
  moon: "M13 9.700A5.600 5.600 0 0 1 6.300 3a5.500 5.500 0 1 0 6.700 6.700z",
  screen: "M2.500 3.500h11v7.500h-11zM6 13.500h4",
  upload: "M8 10.500V3M5 6l3-3 3 3M3 10.500v2.500h10v-2.500",
  copy: "M5.500 5.500h7v7h-7zM10.500 5.500v-2h-7v7h2",
  alert: "M8 2.500l6 10.500H2zM8 6.500v3M8 11.200v.1",
  flag: "M4 14V2.500h8l-2 3 2 3H4",
  lock: "M4.500 7.500h7v6h-7zM6 7.500V5.500a2 2 0 0 1 4 0v2",
  star: "M8 2.500l1.700 3.600 3.900.5-2.900 2.700.8 3.900L8 11.300l-3.500 1.900.8-3.900L2.400 6.600l3.900-.5z",
  list: "M5.500 4h8M5.500 8h8M5.500 12h8M2.500 4h.1M2.500 8h.1M2.500 12h.1",
  user: "M8 2.800a2.600 2.600 0 1 0 0 5.200a2.600 2.600 0 1 0 0-5.200M3 13.500c.5-2.800 2.400-4 5-4s4.500 1.200 5 4",
  pen: "M3 13l.7-3L10.500 3.200l2.300 2.300L6 12.300zM9 4.700l2.300 2.300",
  eye: "M1.500 8C3 5.200 5.300 3.800 8 3.800s5 1.400 6.500 4.200c-1.500 2.800-3.800 4.200-6.500 4.200S3 10.800 1.500 8M8 6.200a1.800 1.800 0 1 0 0 3.600a1.800 1.800 0 1 0 0-3.600",
  dot: "M8 6.500a1.500 1.500 0 1 0 0 3a1.500 1.500 0 1 0 0-3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
