// Who made which version the champion, and when.

import type { Release } from "../api/types";
import { useText } from "../settings";
import { Panel } from "./Page";
import { Table } from "./Table";
import { Ago } from "./Time";

export function Releases({ releases }: { releases: readonly Release[] }) {
  const t = useText();
  if (releases.length === 0) return null;
  return (
    <Panel title={t("releases")} flush>
      <Table
        label={t("releases")}
        rows={releases}
        rowKey={(release) => String(release.fence)}
        columns={[
          { key: "version", title: t("version"), cell: (release) => `v${release.version}` },
          { key: "service", title: t("service"), cell: (release) => release.service },
          {
            key: "revision",
            title: t("revision"),
            number: true,
            cell: (release) => release.revision,
          },
          { key: "since", title: t("since"), cell: (release) => <Ago time={release.since} /> },
          { key: "by", title: t("by"), cell: (release) => release.by },
        ]}
      />
    </Panel>
  );
}
