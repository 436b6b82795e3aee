// Who may see a dataset, its tags, and to whom it was granted.

import { useState } from "react";

import * as routes from "../../api/routes";
import type { ChangeDataset, Dataset } from "../../api/types";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { Action } from "../Action";
import { Dialog } from "../Dialog";
import { errorText } from "../Load";
import { usePlace } from "./place";
import { Shares } from "./Shares";

const VISIBILITIES = ["private", "project", "public", "preset"] as const;

interface SettingsDialogProps {
  dataset: Dataset;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function SettingsDialog({ dataset, onClose, onDone }: SettingsDialogProps) {
  const t = useText();
  const place = usePlace();
  const { busy, error, send } = useSending();
  const [visibility, setVisibility] = useState(dataset.visibility);
  const [online, setOnline] = useState(dataset.online);
  const [tags, setTags] = useState(dataset.tags.join(", "));

  async function act() {
    const named = tags.split(/[,，;；]/).map((tag) => tag.trim());
    const changes: ChangeDataset = { online, tags: [...new Set(named)].filter(Boolean) };
    if (visibility !== dataset.visibility) changes.visibility = visibility;
    await routes.changeDataset(place, changes);
    onClose();
    await onDone();
  }

  return (
    <Dialog
      title={t("dataset.share.title", { name: dataset.display_name ?? dataset.name })}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <Action
            kind="primary"
            permission={dataset.permissions["dataset.edit"]}
            busy={busy}
            onClick={() => void send(act)}
          >
            {t("save")}
          </Action>
        </>
      }
    >
      <div className="stack">
        <label className="field">
          <span className="field-name">{t("dataset.visibility")}</span>
          <select
            value={visibility}
            onChange={(event) => setVisibility(event.target.value as typeof visibility)}
          >
            {VISIBILITIES.map((one) => (
              <option key={one} value={one}>
                {t(`visibility.${one}`)}
              </option>
            ))}
          </select>
          <span className="field-help">{t(`visibility.${visibility}.help`)}</span>
        </label>
        <label className="field">
          <span className="field-name">{t("tags")}</span>
          <input type="text" value={tags} onChange={(event) => setTags(event.target.value)} />
          <span className="field-help">{t("tags.help")}</span>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={online}
            onChange={(event) => setOnline(event.target.checked)}
          />
          {t("dataset.online")}
        </label>
        {error !== undefined && (
          <p className="failure" role="alert">
            {errorText(error, t("error.away"))}
          </p>
        )}
        <Shares dataset={dataset} />
      </div>
    </Dialog>
  );
}
