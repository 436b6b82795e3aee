// What drawing a sample needs to know of where it is from.

import type { SamplePage } from "../api/types";

export type Canvas = Pick<SamplePage, "modality" | "version" | "classes" | "points">;
