// All services with state and address.

import * as routes from "../api/routes";
import { usePoll } from "../api/usePoll";
import { Filter, useFilter } from "../components/Filter";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { ServicesTable } from "../components/ServicesTable";
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
            <Panel flush>
              <ServicesTable
                services={services.filter((one) => filter.passes(one.name, one.model))}
              />
            </Panel>
          )
        }
      </Load>
    </>
  );
}
