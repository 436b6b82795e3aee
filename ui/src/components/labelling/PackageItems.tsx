// The items of a package: what was said of each, and what a reviewer said to that.

import { useRef, useState } from "react";
import { Link } from "react-router";

import * as routes from "../../api/routes";
import type { ItemPage, LabelPackage } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { duration } from "../../format";
import { packageAddress } from "../../labelling/progress";
import { standOf } from "../../labelling/review";
import { useSettings } from "../../settings";
import { Badge } from "../Badge";
import { Empty, Load } from "../Load";
import { Panel } from "../Page";
import { Pager } from "../Pager";
import { Table } from "../Table";

const SIZE = 50;

export function PackageItems({ one }: { one: LabelPackage }) {
  const { t, language } = useSettings();
  const [page, setPage] = useState(1);
  const [audited, setAudited] = useState(false);
  const query = {
    offset: String((page - 1) * SIZE),
    limit: String(SIZE),
    ...(audited && { audited: "true" }),
  };
  const asked = usePoll(
    `items ${one.id} ${JSON.stringify(query)}`,
    (signal) => routes.labelItems(one.id, query, signal),
    5000,
  );
  const before = useRef<ItemPage>(undefined);
  if (asked.data) before.current = asked.data;
  const address = `${packageAddress(one)}/review`;
  return (
    <Panel
      title={t("package.items")}
      flush
      actions={
        one.audited > 0 && (
          <label className="check">
            <input
              type="checkbox"
              checked={audited}
              onChange={(event) => {
                setAudited(event.target.checked);
                setPage(1);
              }}
            />
            {t("package.items.audited")}
          </label>
        )
      }
    >
      <Load from={{ ...asked, data: asked.data ?? before.current }}>
        {(found) =>
          found.total === 0 ? (
            <Empty title={t("items.none")} />
          ) : (
            <>
              <Table
                label={t("package.items")}
                rows={found.items}
                rowKey={(item) => String(item.position)}
                columns={[
                  { key: "position", title: "#", cell: (item) => item.position },
                  {
                    key: "sample",
                    title: t("sample.id"),
                    cell: (item) => (
                      <Link
                        className="mono cell-text"
                        title={item.sample_id}
                        to={`${address}?item=${item.position}${audited ? "" : "&all=1"}`}
                      >
                        {item.sample_id}
                      </Link>
                    ),
                  },
                  {
                    key: "state",
                    title: t("state"),
                    cell: (item) => (
                      <span className="row">
                        <Badge state={standOf(item)} kind="item.state" />
                        {item.skipped && <span className="chip">{t("item.skipped")}</span>}
                      </span>
                    ),
                  },
                  {
                    key: "labels",
                    title: t("item.labels"),
                    cell: (item) =>
                      item.labels.map((label) => (
                        <span key={label} className="chip">
                          {label}
                        </span>
                      )),
                  },
                  { key: "revision", title: t("revision"), number: true, cell: (item) => item.revision || "–" },
                  {
                    key: "comment",
                    title: t("comment"),
                    cell: (item) =>
                      item.comment ? (
                        <span className="clip" title={item.comment}>
                          {item.comment}
                        </span>
                      ) : (
                        <span className="quiet">–</span>
                      ),
                  },
                  {
                    key: "took",
                    title: t("item.seconds"),
                    number: true,
                    cell: (item) => (item.seconds === null ? "–" : duration(item.seconds, language)),
                  },
                ]}
              />
              <div className="panel-note">
                <Pager page={page} size={SIZE} total={found.total} onPage={setPage} />
              </div>
            </>
          )
        }
      </Load>
    </Panel>
  );
}
