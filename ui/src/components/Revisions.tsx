// The packages behind a service, the newest first.

import type { Revision } from "../api/types";
import { percent } from "../format";
import { useSettings } from "../settings";
import { Badge } from "./Badge";
import { Empty } from "./Load";
import { Table } from "./Table";
import { Ago } from "./Time";

export function Revisions({ revisions }: { revisions: readonly Revision[] }) {
  const { t, language } = useSettings();
  const whole = revisions.reduce((sum, one) => sum + one.weight, 0);
  if (revisions.length === 0) return <Empty title={t("service.empty")} />;
  return (
    <Table
      label={t("revisions")}
      rows={revisions}
      rowKey={(revision) => String(revision.number)}
      columns={[
        { key: "number", title: t("revision"), cell: (one) => one.number },
        { key: "version", title: t("version"), cell: (one) => `v${one.model_version}` },
        {
          key: "state",
          title: t("state"),
          cell: (one) => (
            <div className="name-cell">
              <Badge state={one.state} />
              {one.reason && <span className="clip quiet" title={one.reason}>{one.reason}</span>}
            </div>
          ),
        },
        {
          key: "weight",
          title: t("revision.weight"),
          number: true,
          cell: (one) => (one.weight > 0 ? percent(one.weight / whole, language) : "–"),
        },
        {
          key: "address",
          title: t("address"),
          cell: (one) => one.address && <code>{one.address}</code>,
        },
        { key: "pid", title: "PID", number: true, cell: (one) => one.pid ?? "–" },
        { key: "started", title: t("started"), cell: (one) => <Ago time={one.started} /> },
        { key: "updated", title: t("updated"), cell: (one) => <Ago time={one.updated} /> },
      ]}
    />
  );
}
