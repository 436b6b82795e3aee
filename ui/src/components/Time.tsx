// Moments and durations that stay right while the page is open.

import { useEffect, useState } from "react";

import { absolute, ago, between, duration } from "../format";
import { useSettings } from "../settings";

/** The present, renewed every `step` ms. */
export function useNow(step: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), step);
    return () => clearInterval(timer);
  }, [step]);
  return now;
}

/** How long ago; the exact time is its title. */
export function Ago({ time }: { time: string | null }) {
  const { language } = useSettings();
  const now = useNow(10_000);
  if (time === null) return <span className="quiet">–</span>;
  return (
    <time dateTime={time} title={absolute(time, language)} className="nowrap">
      {ago(time, language, now)}
    </time>
  );
}

/** How long it took, or takes so far. */
export function Took({ start, end }: { start: string | null; end: string | null }) {
  if (start === null) return <span className="quiet">–</span>;
  return end === null ? <Running start={start} /> : <Fixed start={start} end={end} />;
}

function Running({ start }: { start: string }) {
  const { language } = useSettings();
  const now = useNow(1000);
  return <span className="nowrap">{duration(Math.floor(between(start, null, now)), language)}</span>;
}

function Fixed({ start, end }: { start: string; end: string }) {
  const { language } = useSettings();
  return <span className="nowrap">{duration(between(start, end), language)}</span>;
}
