// One dataset: its card, its versions, and what changed between two of them.

import { useState } from "react";
import { useParams } from "react-router";

import * as routes from "../api/routes";
import type { Dataset, DatasetVersion } from "../api/types";
import { usePoll } from "../api/usePoll";
import { DatasetDifference } from "../components/DatasetDifference";
import { Facts } from "../components/Facts";
import { Empty, Load } from "../components/Load";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { Ago } from "../components/Time";
import { bytes, number } from "../format";
import { wordFor } from "../messages";
import { useSettings, useText } from "../settings";

export function DatasetPage() {
  const t = useText();
  const { name = "" } = useParams();
  const asked = usePoll(`dataset ${name}`, (signal) => routes.dataset(name, signal), 10_000);
  return (
    <>
      <Head
        title={asked.data?.display_name ?? name}
        crumbs={[{ to: "/datasets", name: t("nav.datasets") }]}
      />
      <Load from={asked} lines={8}>
        {(dataset) => <Content dataset={dataset} />}
      </Load>
    </>
  );
}

function Content({ dataset }: { dataset: Dataset }) {
  const { t, language } = useSettings();
  const newest = dataset.history[0];
  return (
    <>
      {dataset.problem && (
        <p className="failure" role="alert">
          {dataset.problem}
        </p>
      )}
      <Panel>
        <Facts
          facts={[
            [t("name"), <code>{dataset.name}</code>],
            [t("modality"), wordFor(t, "modality", dataset.modality ?? "–")],
            [t("task"), wordFor(t, "task", dataset.task ?? "–")],
            newest?.rows != null && [t("samples"), number(newest.rows, language)],
            newest && [t("size"), bytes(newest.size)],
            ...cardFacts(dataset.card),
          ]}
        />
      </Panel>
      <Panel title={t("versions")} flush>
        {dataset.history.length === 0 ? (
          <Empty title={t("dataset.versions.none")}>{t("dataset.versions.none.how")}</Empty>
        ) : (
          <Versions versions={dataset.history} />
        )}
      </Panel>
      {dataset.history.length > 1 && (
        <Difference name={dataset.name} versions={dataset.history.map((one) => one.version)} />
      )}
    </>
  );
}

/** What a card says of its origin, in its own words. */
function cardFacts(card: Dataset["card"]): (readonly [string, string])[] {
  return ["target", "licence", "owner"].flatMap((name) => {
    const value = card?.[name];
    return typeof value === "string" && value ? [[name, value] as const] : [];
  });
}

function Versions({ versions }: { versions: readonly DatasetVersion[] }) {
  const { t, language } = useSettings();
  return (
    <Table
      label={t("versions")}
      rows={versions}
      rowKey={(one) => one.tag}
      columns={[
        { key: "version", title: t("version"), cell: (one) => <strong>v{one.version}</strong> },
        { key: "tag", title: t("tag"), cell: (one) => <code>{one.tag}</code> },
        {
          key: "rows",
          title: t("samples"),
          number: true,
          cell: (one) => (one.rows === null ? "–" : number(one.rows, language)),
        },
        { key: "size", title: t("size"), number: true, cell: (one) => bytes(one.size) },
        { key: "created", title: t("created"), cell: (one) => <Ago time={one.created} /> },
        {
          key: "digest",
          title: t("digest"),
          cell: (one) => <code title={one.digest}>{one.digest.replace("sha256:", "").slice(0, 12)}</code>,
        },
      ]}
    />
  );
}

function Difference({ name, versions }: { name: string; versions: readonly number[] }) {
  const t = useText();
  const [b, setB] = useState(versions[0] ?? 1);
  const [a, setA] = useState(versions[1] ?? 1);
  const choose = (value: number, set: (version: number) => void, label: string) => (
    <select aria-label={label} value={value} onChange={(event) => set(Number(event.target.value))}>
      {versions.map((version) => (
        <option key={version} value={version}>
          v{version}
        </option>
      ))}
    </select>
  );
  return (
    <Panel
      title={t("dataset.difference")}
      actions={
        <span className="row">
          {choose(a, setA, t("dataset.from"))} → {choose(b, setB, t("dataset.to"))}
        </span>
      }
    >
      <DatasetDifference name={name} a={a} b={b} />
    </Panel>
  );
}
