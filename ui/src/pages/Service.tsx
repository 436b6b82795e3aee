// One service: state, traffic, revisions, trying it, its log, and what is done to it.

import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";

import * as routes from "../api/routes";
import type { Service } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Badge } from "../components/Badge";
import { Copy } from "../components/Copy";
import { External } from "../components/External";
import { Facts } from "../components/Facts";
import { Icon } from "../components/Icon";
import { ModelLink } from "../components/links";
import { Load } from "../components/Load";
import { useNotice } from "../components/Notice";
import { Head, Panel } from "../components/Page";
import { Revisions } from "../components/Revisions";
import { Contract } from "../components/ServicesTable";
import { DeleteDialog, ScaleDialog } from "../components/ServiceDialogs";
import { ServiceLog } from "../components/ServiceLog";
import { SwitchDialog } from "../components/SwitchDialog";
import { TrafficFigures } from "../components/TrafficFigures";
import { TryService } from "../components/TryService";
import { wordFor } from "../messages";
import { useText } from "../settings";

export function ServicePage() {
  const t = useText();
  const { name = "" } = useParams();
  const asked = usePoll(`service ${name}`, (signal) => routes.service(name, signal), 3000);
  const service = asked.data;
  return (
    <>
      <Head
        title={name}
        badge={service && <Badge state={service.state} />}
        crumbs={[{ to: "/services", name: t("nav.services") }]}
        actions={
          service && (
            <>
              <Scale service={service} refresh={asked.refresh} />
              <Delete service={service} />
              <Switch service={service} refresh={asked.refresh} />
            </>
          )
        }
      />
      <Load from={asked} lines={8}>
        {(found) => <Content service={found} />}
      </Load>
    </>
  );
}

function Content({ service }: { service: Service }) {
  const t = useText();
  const [revision, setRevision] = useState<number>();
  return (
    <>
      <Panel>
        <Facts
          facts={[
            [t("model"), <ModelLink name={service.model} version={service.model_version} />],
            [t("contract"), <Contract contract={service.contract} />],
            service.revision !== null && [t("revision"), service.revision],
            [t("service.target"), <Target service={service} />],
            service.target === "kubernetes" && [t("replicas"), replicasOf(service, t)],
            service.url && [
              t("address"),
              <span className="row">
                <External href={service.url}>{service.url}</External>
                <Copy text={service.url} />
              </span>,
            ],
          ]}
        />
        <TrafficFigures traffic={service.traffic} />
      </Panel>
      <TryService service={service} />
      <Panel title={t("revisions")} flush>
        <Revisions revisions={service.revisions} />
      </Panel>
      <ServiceLog
        name={service.name}
        revisions={service.revisions}
        revision={revision}
        onChoose={setRevision}
      />
    </>
  );
}

function Target({ service }: { service: Service }) {
  const t = useText();
  const word = wordFor(t, "target", service.target);
  return service.pool === null ? (
    word
  ) : (
    <span>
      {word}, <Link to={`/pools/${service.pool}`}>{service.pool}</Link>
    </span>
  );
}

function replicasOf(service: Service, t: ReturnType<typeof useText>): string {
  const { replicas, max_replicas: most } = service;
  return most === null ? String(replicas) : t("replicas.upto", { replicas, most });
}

interface ActionProps {
  service: Service;
  refresh: () => Promise<void>;
}

function Scale({ service, refresh }: ActionProps) {
  const t = useText();
  const notice = useNotice();
  const [asking, setAsking] = useState(false);
  const obstacle = service.target === "process" ? t("service.scale.process") : undefined;
  return (
    <>
      <Action
        permission={service.permissions["service.scale"]}
        obstacle={obstacle}
        onClick={() => setAsking(true)}
      >
        {t("service.scale")}
      </Action>
      {asking && (
        <ScaleDialog
          service={service}
          onClose={() => setAsking(false)}
          onDone={async () => {
            notice(t("service.scale.done", { name: service.name }));
            await refresh();
          }}
        />
      )}
    </>
  );
}

function Delete({ service }: { service: Service }) {
  const t = useText();
  const notice = useNotice();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const obstacle = service.desired === "running" ? t("service.delete.runs") : undefined;
  return (
    <>
      <Action
        permission={service.permissions["service.delete"]}
        obstacle={obstacle}
        onClick={() => setAsking(true)}
      >
        {t("service.delete")}
      </Action>
      {asking && (
        <DeleteDialog
          service={service}
          onClose={() => setAsking(false)}
          onDone={async () => {
            notice(t("service.delete.done", { name: service.name }));
            await navigate("/services");
          }}
        />
      )}
    </>
  );
}

function Switch({ service, refresh }: ActionProps) {
  const t = useText();
  const notice = useNotice();
  const [asking, setAsking] = useState(false);
  const stopped = service.desired === "stopped";
  const verb = stopped ? "start" : "stop";
  return (
    <>
      <Action
        permission={service.permissions[`service.${verb}`]}
        obstacle={service.revisions.length === 0 ? t("service.empty") : undefined}
        onClick={() => setAsking(true)}
      >
        <Icon name={stopped ? "play" : "stop"} size={14} />
        {t(`service.${verb}`)}
      </Action>
      {asking && (
        <SwitchDialog
          service={service}
          verb={verb}
          onClose={() => setAsking(false)}
          onDone={async () => {
            notice(t(`service.${verb}.done`, { name: service.name }));
            await refresh();
          }}
        />
      )}
    </>
  );
}
