// Why a sample cannot be labelled, as its annotator says.

import { SKIPPED } from "../../labelling/review";
import { useText } from "../../settings";
import { Badge } from "../Badge";

export function AsideReason({ reason }: { reason: string }) {
  const t = useText();
  return (
    <p className="row">
      <Badge state="aside" kind="item.state" />
      <span>{reason === SKIPPED ? t("item.skipped") : reason}</span>
    </p>
  );
}
