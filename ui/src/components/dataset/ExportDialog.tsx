// A version as a file to take away: in which format, with which of its options. It is a run.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { Dataset } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { useIdentity } from "../../identity";
import { formatsFor } from "../../samples/defining";
import { useSettings } from "../../settings";
import { AskDialog } from "../AskDialog";
import { runAddress } from "../links";
import { Load } from "../Load";
import { ImportField } from "./ImportField";
import { usePlace } from "./place";
import { VersionField } from "./VersionField";

interface ExportDialogProps {
  dataset: Dataset;
  onClose: () => void;
}

export function ExportDialog({ dataset, onClose }: ExportDialogProps) {
  const { t, language } = useSettings();
  const { session } = useIdentity();
  const place = usePlace();
  const navigate = useNavigate();
  const asked = usePoll("formats", routes.formats, 0);
  const [version, setVersion] = useState(dataset.latest ?? 1);
  const [name, setName] = useState("");
  const [options, setOptions] = useState<Record<string, string>>({});
  const formats = formatsFor(asked.data ?? [], dataset.modality, dataset.task);
  const chosen = formats.find((one) => one.name === name) ?? formats[0];

  async function act() {
    if (!chosen) return;
    const run = await routes.exportDataset(place, { format: chosen.name, version, options });
    await navigate(runAddress(run.run_id));
  }

  return (
    <AskDialog
      title={t("export.title", { name: dataset.display_name ?? dataset.name })}
      verb={t("export.start")}
      kind="primary"
      permission={session.permissions["lifecycle.run"]}
      obstacle={asked.data && !chosen ? t("export.none") : undefined}
      act={act}
      onClose={onClose}
    >
      <p className="quiet">{t("export.about")}</p>
      <Load from={asked}>
        {() => (
          <div className="stack">
            <VersionField dataset={dataset} version={version} onChange={setVersion} />
            <ImportField label={t("sample.format")} problem={undefined}>
              <select
                value={chosen?.name}
                onChange={(event) => {
                  setName(event.target.value);
                  setOptions({});
                }}
              >
                {formats.map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.title[language]}
                  </option>
                ))}
              </select>
            </ImportField>
            {Object.entries(chosen?.options ?? {}).map(([option, values]) => (
              <ImportField key={option} label={option} problem={undefined}>
                <select
                  value={options[option] ?? values[0]}
                  onChange={(event) =>
                    setOptions((before) => ({ ...before, [option]: event.target.value }))
                  }
                >
                  {values.map((value) => (
                    <option key={value}>{value}</option>
                  ))}
                </select>
              </ImportField>
            ))}
          </div>
        )}
      </Load>
    </AskDialog>
  );
}
