// Services with state, model and address; the overview shows fewer columns than their own page.

import { Link } from "react-router";

import type { ServiceBrief } from "../api/types";
import { wordFor } from "../messages";
import { useText } from "../settings";
import { Badge } from "./Badge";
import { External } from "./External";
import { ModelLink } from "./links";
import { type ColumnOf, Table } from "./Table";

interface ServicesTableProps {
  services: readonly ServiceBrief[];
  /** Leave out contract and revision. */
  brief?: boolean;
}

export function ServicesTable({ services, brief = false }: ServicesTableProps) {
  const t = useText();
  const details: ColumnOf<ServiceBrief>[] = [
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
      key: "target",
      title: t("service.target"),
      cell: (service) => wordFor(t, "target", service.target),
    },
    { key: "replicas", title: t("replicas"), number: true, cell: (service) => service.replicas },
  ];
  return (
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
        ...(brief ? [] : details),
        {
          key: "url",
          title: t("address"),
          cell: (service) => service.url && <External href={service.url}>{service.url}</External>,
        },
      ]}
    />
  );
}

export function Contract({ contract }: { contract: string | null }) {
  const t = useText();
  if (contract === null) return <span className="quiet">–</span>;
  return wordFor(t, "contract", contract);
}
