// All custom jobs: how each goes, whose it is, and how long it took.

import { useState } from "react";
import { Link, useNavigate } from "react-router";

import * as routes from "../api/routes";
import type { JobBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Badge } from "../components/Badge";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Pager } from "../components/Pager";
import { Table } from "../components/Table";
import { Ago } from "../components/Time";
import { duration } from "../format";
import { useIdentity } from "../identity";
import { useSettings, useText } from "../settings";

const SIZE = 25;

export function Jobs() {
  const t = useText();
  const navigate = useNavigate();
  const { session } = useIdentity();
  const [page, setPage] = useState(1);
  const asked = usePoll(
    `jobs ${page}`,
    (signal) => routes.jobs((page - 1) * SIZE, SIZE, signal),
    3000,
  );
  return (
    <>
      <Head
        title={t("nav.jobs")}
        about={t("jobs.about")}
        actions={
          <Action
            kind="primary"
            permission={session.permissions["job.submit"]}
            onClick={() => void navigate("/jobs/new")}
          >
            {t("job.new")}
          </Action>
        }
      />
      <Panel flush>
        <Load from={asked}>
          {(found) =>
            found.total === 0 ? (
              <Empty title={t("jobs.none")}>{t("jobs.none.how")}</Empty>
            ) : (
              <>
                <JobsTable jobs={found.jobs} />
                <div className="panel-note">
                  <Pager page={page} size={SIZE} total={found.total} onPage={setPage} />
                </div>
              </>
            )
          }
        </Load>
      </Panel>
    </>
  );
}

function JobsTable({ jobs }: { jobs: readonly JobBrief[] }) {
  const { t, language } = useSettings();
  return (
    <Table
      label={t("nav.jobs")}
      rows={jobs}
      rowKey={(job) => String(job.id)}
      columns={[
        {
          key: "name",
          title: t("name"),
          cell: (job) => (
            <Link to={`/jobs/${job.id}`} title={job.description}>
              {job.name}
            </Link>
          ),
        },
        { key: "state", title: t("state"), cell: (job) => <Badge state={job.state} /> },
        {
          key: "framework",
          title: t("job.framework"),
          cell: (job) => (job.framework === "other" ? t("job.framework.other") : job.framework),
        },
        { key: "pool", title: t("job.place"), cell: (job) => job.pool ?? t("job.place.here") },
        { key: "nodes", title: t("job.nodes"), number: true, cell: (job) => job.nodes },
        { key: "by", title: t("by"), cell: (job) => job.created_by },
        { key: "created", title: t("job.created"), cell: (job) => <Ago time={job.created} /> },
        {
          key: "took",
          title: t("took"),
          number: true,
          cell: (job) => (job.seconds === null ? "–" : duration(job.seconds, language)),
        },
      ]}
    />
  );
}
