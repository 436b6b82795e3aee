// The items of a package: what was said of each, and what a reviewer said to that.

import { useRef, useState } from "react";
import { Link } from "react-router";

import * as routes from "../../api/routes";
import type { ItemPage, LabelItem, LabelPackage } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { duration } from "../../format";
import { packageAddress } from "../../labelling/progress";
import { SKIPPED, standOf } from "../../labelling/review";
import { useSettings } from "../../settings";
import { Badge } from "../Badge";
import { Empty, Load } from "../Load";
import { Panel } from "../Page";
import { Pager } from "../Pager";
import { Table } from "../Table";
import { AsideButton } from "./AsideButton";

const SIZE = 50;

interface PackageItemsProps {
  one: LabelPackage;
  refresh: () => Promise<void>;
}

export function PackageItems({ one, refresh }: PackageItemsProps) {
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

  async function both() {
    await Promise.all([asked.refresh(), refresh()]);
  }

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
                        {item.skipped && item.aside === null && <span className="chip">{t("item.skipped")}</span>}
                      </span>
                    ),
                  },
                  {
                    key: "labels",
                    title: t("item.labels"),
                    cell: (item) =>
                      item.aside !== null ? (
                        <span className="clip" title={item.aside}>
                          {item.aside === SKIPPED ? t("item.skipped") : item.aside}
                        </span>
                      ) : (
                        item.labels.map((label) => (
                          <span key={label} className="chip">
                            {label}
                          </span>
                        ))
                      ),
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
                  ...(one.mine === "label"
                    ? [
                        {
                          key: "aside",
                          title: "",
                          cell: (item: LabelItem) => <AsideButton one={one} item={item} refresh={both} />,
                        },
                      ]
                    : []),
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
