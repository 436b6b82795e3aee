// When a lifecycle starts by itself.

import { useText } from "../settings";

export function Schedule({ schedule }: { schedule: string | readonly string[] | null }) {
  const t = useText();
  if (schedule === null) return <span className="quiet">{t("schedule.none")}</span>;
  if (typeof schedule === "string") return <code>{schedule}</code>;
  return <span>{t("schedule.data", { datasets: schedule.join(", ") })}</span>;
}
