// Bringing new data into a dataset: the runs that did, and starting one, from where the
// definition says or from elsewhere.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../../api/routes";
import type { Dataset, RunRow } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import {
  EMPTY,
  importValues,
  type Missing,
  missingSource,
  type Modality,
  type SourceDraft,
} from "../../samples/importing";
import { useIdentity } from "../../identity";
import { useSending } from "../../sending";
import { useText } from "../../settings";
import { Action } from "../Action";
import { Badge } from "../Badge";
import { Dialog } from "../Dialog";
import { RunLink, runAddress } from "../links";
import { Empty, errorText, Load } from "../Load";
import { Panel } from "../Page";
import { Table } from "../Table";
import { Ago, Took } from "../Time";
import { ImportSource } from "./ImportSource";

const RUNS = 20;

export function ImportPanel({ dataset }: { dataset: Dataset }) {
  const t = useText();
  const { session } = useIdentity();
  const navigate = useNavigate();
  const name = `import_${dataset.name}`;
  const asked = usePoll(`runs ${name}`, (signal) => routes.runs(name, RUNS, signal), 3000);
  const [elsewhere, setElsewhere] = useState(false);
  const { busy, error, send } = useSending();
  const permission = session.permissions["lifecycle.run"];

  async function start(values: Record<string, unknown>) {
    const run = await routes.start(name, { values, force: false });
    await navigate(runAddress(run.run_id));
  }

  return (
    <Panel
      title={t("import.runs")}
      flush
      actions={
        <>
          <Action
            kind="small"
            permission={permission}
            busy={busy}
            onClick={() => setElsewhere(true)}
          >
            {t("import.elsewhere")}
          </Action>
          <Action
            kind="small"
            permission={permission}
            busy={busy}
            onClick={() => void send(() => start({}))}
          >
            {t(busy ? "run.starting" : "import.again")}
          </Action>
        </>
      }
    >
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
      <Load from={asked}>{(runs) => <Runs runs={runs} />}</Load>
      {elsewhere && (
        <ElsewhereDialog dataset={dataset} onClose={() => setElsewhere(false)} onStart={start} />
      )}
    </Panel>
  );
}

function Runs({ runs }: { runs: readonly RunRow[] }) {
  const t = useText();
  if (runs.length === 0) return <Empty title={t("import.runs.none")}>{t("import.runs.none.how")}</Empty>;
  return (
    <Table
      label={t("import.runs")}
      rows={runs}
      rowKey={(run) => run.run_id}
      columns={[
        { key: "run", title: t("run"), cell: (run) => <RunLink run={run} /> },
        { key: "state", title: t("state"), cell: (run) => <Badge state={run.state} /> },
        {
          key: "stages",
          title: t("run.stages"),
          cell: (run) => `${run.stages.filter(isOver).length} / ${run.stages.length}`,
        },
        { key: "why", title: t("reason"), cell: (run) => <span className="clip">{run.reason}</span> },
        { key: "started", title: t("started"), cell: (run) => <Ago time={run.started} /> },
        { key: "took", title: t("took"), cell: (run) => <Took start={run.started} end={run.ended} /> },
        { key: "by", title: t("by"), cell: (run) => run.actor },
      ]}
    />
  );
}

function isOver(stage: RunRow["stages"][number]): boolean {
  return !["pending", "running", "waiting"].includes(stage.state);
}

interface ElsewhereDialogProps {
  dataset: Dataset;
  onClose: () => void;
  onStart: (values: Record<string, unknown>) => Promise<void>;
}

/** Data of the same kind from another place, for this one run. */
function ElsewhereDialog({ dataset, onClose, onStart }: ElsewhereDialogProps) {
  const t = useText();
  const { session } = useIdentity();
  const [draft, setDraft] = useState<SourceDraft>(EMPTY);
  const [missing, setMissing] = useState<Missing>({});
  const { busy, error, send } = useSending();

  function act() {
    const found = missingSource(draft);
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    void send(() => onStart(importValues(draft, (dataset.modality ?? "table") as Modality)));
  }

  return (
    <Dialog
      title={t("import.elsewhere.title", { name: dataset.display_name ?? dataset.name })}
      size="large"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <Action
            kind="primary"
            permission={session.permissions["lifecycle.run"]}
            busy={busy}
            onClick={act}
          >
            {t(busy ? "run.starting" : "import.start")}
          </Action>
        </>
      }
    >
      <p className="quiet">{t("import.elsewhere.about")}</p>
      <ImportSource
        draft={draft}
        missing={missing}
        onChange={(changes) => {
          setDraft((before) => ({ ...before, ...changes }));
          setMissing({});
        }}
      />
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </Dialog>
  );
}
