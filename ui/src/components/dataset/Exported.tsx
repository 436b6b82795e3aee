// What a run exported: the file to take away, and what its format could not hold.

import * as routes from "../../api/routes";
import { usePoll } from "../../api/usePoll";
import { bytes, plain } from "../../format";
import { useSettings } from "../../settings";
import { Facts } from "../Facts";
import { Icon } from "../Icon";
import { Load } from "../Load";
import { Panel } from "../Page";

export function Exported({ run }: { run: string }) {
  const { t, language } = useSettings();
  const asked = usePoll(`export ${run}`, (signal) => routes.exported(run, signal), 0);
  return (
    <Panel
      title={t("export.file")}
      actions={
        asked.data && (
          <a className="button button-primary" href={routes.exportFile(run)} download>
            <Icon name="down" size={14} />
            {t("export.download")}
          </a>
        )
      }
    >
      <Load from={asked} lines={2}>
        {(found) => (
          <div className="stack">
            <Facts
              facts={[
                [t("name"), <code>{found.file}</code>],
                [t("sample.format"), found.format],
                [t("size"), bytes(found.size)],
              ]}
            />
            {Object.keys(found.losses).length > 0 && (
              <section>
                <h3>{t("export.losses")}</h3>
                <ul className="lines">
                  {Object.entries(found.losses).map(([trait, why]) => (
                    <li key={trait}>
                      <strong>{trait}</strong> <span className="quiet">{plain(why, language)}</span>
                    </li>
                  ))}
                </ul>
              </section>
            )}
          </div>
        )}
      </Load>
    </Panel>
  );
}
