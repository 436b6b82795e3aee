// How the last import of a dataset went, where that is worth a word: it is under way, or failed.

import { Link } from "react-router";

import type { DatasetBrief } from "../../api/types";
import { useText } from "../../settings";
import { Badge } from "../Badge";
import { Icon } from "../Icon";
import { runAddress } from "../links";
import { look } from "../states";

type Import = DatasetBrief["last_import"];

/** In a list: the state, which leads to the run. */
export function ImportState({ run }: { run: Import }) {
  const t = useText();
  if (run === null || run.state === "succeeded") return null;
  return (
    <>
      <Link to={runAddress(run.run_id)} className="row bare" title={run.run_id}>
        <span className="quiet">{t("import.last")}</span> <Badge state={run.state} />
      </Link>
      {run.reason && (
        <span className="clip quiet" title={run.reason}>
          {run.reason}
        </span>
      )}
    </>
  );
}

/** Above a dataset: the reason, too. */
export function LastImport({ run }: { run: Import }) {
  const t = useText();
  if (run === null || run.state === "succeeded") return null;
  const { tone, icon } = look(run.state);
  const over = run.state === "failed" || run.state === "rejected";
  return (
    <div className={`why tone-${tone}`} role={over ? "alert" : "status"}>
      <Icon name={icon} />
      <p className="spread">
        <strong>{t(over ? "import.last.failed" : "import.last.running")}</strong>
        {run.failed_node && ` ${run.failed_node}:`} {run.reason}
      </p>
      <Link to={runAddress(run.run_id)}>{t("import.last.run")}</Link>
    </div>
  );
}
