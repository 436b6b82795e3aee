// A star: the dataset is on one's own list, or not.

import * as routes from "../../api/routes";
import type { DatasetBrief } from "../../api/types";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { Icon } from "../Icon";

interface FavouriteProps {
  dataset: DatasetBrief;
  onDone: () => Promise<void>;
}

export function Favourite({ dataset, onDone }: FavouriteProps) {
  const t = useText();
  const { busy, send } = useSending();
  const place = { name: dataset.name, project: dataset.project };

  async function act() {
    await routes.favourDataset(place, !dataset.favourite);
    await onDone();
  }

  return (
    <button
      type="button"
      className="icon-button star"
      aria-pressed={dataset.favourite}
      aria-label={t("favourite.name", { name: dataset.display_name ?? dataset.name })}
      title={t(dataset.favourite ? "favourite.off" : "favourite.on")}
      disabled={busy}
      onClick={() => void send(act)}
    >
      <Icon name="star" />
    </button>
  );
}
