// Links to the pages of things.

import { Link } from "react-router";

import { runPath } from "../api/routes";
import { absolute } from "../format";
import { useSettings } from "../settings";

export function runAddress(runId: string): string {
  return `/runs/${runPath(runId)}`;
}

/** The part of a run's id that tells it from the lifecycle's others. */
export function shortRun(runId: string): string {
  return runId.split("/").slice(2).join("/");
}

export function RunLink({ run }: { run: { run_id: string; started?: string } }) {
  const { language } = useSettings();
  const title = run.started ? `${run.run_id} · ${absolute(run.started, language)}` : run.run_id;
  return (
    <Link to={runAddress(run.run_id)} className="mono run-link" title={title}>
      {shortRun(run.run_id)}
    </Link>
  );
}

export function ModelLink({ name, version }: { name: string; version?: number | null }) {
  return (
    <Link to={`/models/${name}`}>
      {name}
      {version ? ` v${version}` : ""}
    </Link>
  );
}

/** `project/dataset@v3` as a link to its dataset. */
export function DatasetLink({ tag }: { tag: string }) {
  const [name = tag, version] = tag.slice(tag.indexOf("/") + 1).split("@");
  return (
    <Link to={`/datasets/${name}`} title={tag}>
      {name}
      {version ? ` ${version}` : ""}
    </Link>
  );
}
