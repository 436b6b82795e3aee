// Two versions to compare, and what changed between them.

import { useState } from "react";

import { useText } from "../../settings";
import { DatasetDifference } from "../DatasetDifference";
import { Empty } from "../Load";
import { Panel } from "../Page";

export function Compare({ versions }: { versions: readonly number[] }) {
  const t = useText();
  const [b, setB] = useState(versions[0] ?? 1);
  const [a, setA] = useState(versions[1] ?? 1);
  if (versions.length < 2) return <Empty title={t("dataset.compare.few")} />;
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
      <DatasetDifference a={a} b={b} />
    </Panel>
  );
}
