// A form that tests of forms read.

import { fieldsOf } from "./schema";

const form = {
  properties: {
    "train.parameters.max_depth": {
      type: "integer",
      default: 6,
      minimum: 1,
      maximum: 20,
      title: "Depth",
      description: "Levels of a tree.",
      section: "Training",
    },
    "train.parameters.learning_rate": {
      type: "number",
      default: 0.3,
      exclusiveMinimum: 0,
      section: "Training",
    },
    "gate.thresholds": { type: ["number", "null"], default: null, section: "Gate" },
    "split.by": { type: ["string", "null"], default: null, section: "Split" },
    "split.shuffle": { type: "boolean", default: true, section: "Split" },
    "train.parameters.booster": { enum: ["tree", "line", null], default: "tree" },
    set: { type: "object", default: {} },
  },
  order: ["split.shuffle", "train.parameters.max_depth"],
};
export const fields = fieldsOf(form);
export const field = (path: string) => {
  const found = fields.find((one) => one.path === path);
  if (!found) throw new Error(path);
  return found;
};
