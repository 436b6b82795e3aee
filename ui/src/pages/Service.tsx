// One service: state, traffic, revisions, trying it, its log, stopping and starting it.

import { useState } from "react";
import { useParams } from "react-router";

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
import { ServiceLog } from "../components/ServiceLog";
import { SwitchDialog } from "../components/SwitchDialog";
import { TrafficFigures } from "../components/TrafficFigures";
import { TryService } from "../components/TryService";
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
        actions={service && <Switch service={service} refresh={asked.refresh} />}
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

function Switch({ service, refresh }: { service: Service; refresh: () => Promise<void> }) {
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
