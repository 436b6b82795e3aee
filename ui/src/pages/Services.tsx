// All services with state and address.

import { Link } from "react-router";

import * as routes from "../api/routes";
import type { ServiceBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Badge } from "../components/Badge";
import { External } from "../components/External";
import { Filter, useFilter } from "../components/Filter";
import { ModelLink } from "../components/links";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { isKey } from "../messages";
import { useText } from "../settings";

export function Services() {
  const t = useText();
  const asked = usePoll("services", routes.services, 5000);
  const filter = useFilter();
  return (
    <>
      <Head
        title={t("nav.services")}
        about={t("services.about")}
        actions={<Filter {...filter} total={asked.data?.length ?? 0} />}
      />
      <Load from={asked}>
        {(services) =>
          services.length === 0 ? (
            <Empty icon="play" title={t("services.none")}>
              {t("services.none.how")}
            </Empty>
          ) : (
            <List services={services.filter((one) => filter.passes(one.name, one.model))} />
          )
        }
      </Load>
    </>
  );
}

function List({ services }: { services: readonly ServiceBrief[] }) {
  const t = useText();
  return (
    <Panel flush>
      <Table
        label={t("nav.services")}
        rows={services}
        rowKey={(service) => service.name}
        columns={[
          {
            key: "name",
            title: t("service"),
            cell: (service) => <Link to={`/services/${service.name}`}>{service.name}</Link>,
          },
          { key: "state", title: t("state"), cell: (service) => <Badge state={service.state} /> },
          {
            key: "model",
            title: t("model"),
            cell: (service) => <ModelLink name={service.model} version={service.model_version} />,
          },
          {
            key: "contract",
            title: t("contract"),
            cell: (service) => <Contract contract={service.contract} />,
          },
          {
            key: "revision",
            title: t("revision"),
            number: true,
            cell: (service) => service.revision ?? "–",
          },
          {
            key: "url",
            title: t("address"),
            cell: (service) =>
              service.url && <External href={service.url}>{service.url}</External>,
          },
        ]}
      />
    </Panel>
  );
}

export function Contract({ contract }: { contract: string | null }) {
  const t = useText();
  if (contract === null) return <span className="quiet">–</span>;
  const key = `contract.${contract}`;
  return isKey(key) ? t(key) : contract;
}
