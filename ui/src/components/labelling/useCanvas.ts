// On what samples of a campaign are drawn: asked once of the dataset version that is labelled.

import { ApiError } from "../../api/errors";
import * as routes from "../../api/routes";
import type { Campaign } from "../../api/types";
import { type Polled, usePoll } from "../../api/usePoll";
import { bareCanvas, canvasOf } from "../../labelling/canvas";
import type { Canvas } from "../../samples/canvas";

/** Answers on a dataset that the campaign's people do not see, or that is gone. */
const HIDDEN = [403, 404, 409];

type Of = Pick<Campaign, "dataset" | "version" | "spec">;

export function useCanvas(campaign: Of): Polled<Canvas> {
  const { dataset, version, spec } = campaign;
  const query = new URLSearchParams({ version: String(version), limit: "1" });
  return usePoll(
    `canvas ${dataset} ${version}`,
    async (signal) => {
      try {
        return canvasOf(await routes.samples({ name: dataset }, query, signal), spec);
      } catch (error) {
        if (error instanceof ApiError && HIDDEN.includes(error.status)) return bareCanvas(campaign);
        throw error;
      }
    },
    0,
  );
}
