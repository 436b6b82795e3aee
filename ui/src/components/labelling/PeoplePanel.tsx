// What each person did in a campaign, and how well it agrees with what was settled on.

import * as routes from "../../api/routes";
import type { Campaign } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { duration, number, percent } from "../../format";
import { useSettings } from "../../settings";
import { Empty, Load } from "../Load";
import { Panel } from "../Page";
import { Table } from "../Table";

export function PeoplePanel({ campaign }: { campaign: Campaign }) {
  const { t, language } = useSettings();
  const { name } = campaign;
  const asked = usePoll(
    `labelling people ${name}`,
    (signal) => routes.labellingPeople(name, signal),
    5000,
  );
  const n = (value: number) => number(value, language);
  return (
    <Panel title={t("campaign.part.people")} flush>
      <Load from={asked}>
        {(people) =>
          people.length === 0 ? (
            <Empty icon="user" title={t("people.none")}>
              {t("people.none.how")}
            </Empty>
          ) : (
            <Table
              label={t("campaign.part.people")}
              rows={people}
              rowKey={(one) => one.name}
              columns={[
                { key: "name", title: t("name"), cell: (one) => one.name },
                { key: "packages", title: t("packages"), number: true, cell: (one) => n(one.packages) },
                { key: "items", title: t("people.items"), number: true, cell: (one) => n(one.items) },
                { key: "approved", title: t("people.approved"), number: true, cell: (one) => n(one.approved) },
                { key: "rejected", title: t("people.rejected"), number: true, cell: (one) => n(one.rejected) },
                {
                  key: "share",
                  title: <span title={t("people.right.help")}>{t("people.right")}</span>,
                  number: true,
                  cell: (one) => share(one.approved, one.approved + one.rejected),
                },
                {
                  key: "seconds",
                  title: <span title={t("people.seconds.help")}>{t("people.seconds")}</span>,
                  number: true,
                  cell: (one) => (one.seconds === null ? "–" : duration(one.seconds, language)),
                },
                {
                  key: "agreement",
                  title: <span title={t("people.agreement.help")}>{t("agreement")}</span>,
                  number: true,
                  cell: (one) => (one.agreement === null ? "–" : one.agreement.toFixed(2)),
                },
                { key: "reviewed", title: t("people.reviewed"), number: true, cell: (one) => n(one.reviewed) },
              ]}
            />
          )
        }
      </Load>
    </Panel>
  );

  function share(part: number, whole: number): string {
    return whole === 0 ? "–" : percent(part / whole, language);
  }
}
