// Two versions of a model side by side.

import { useParams, useSearchParams } from "react-router";

import * as routes from "../api/routes";
import { usePoll } from "../api/usePoll";
import { ComparisonTable } from "../components/ComparisonTable";
import { Empty, Load } from "../components/Load";
import { Head } from "../components/Page";
import { useText } from "../settings";

export function VersionsCompared() {
  const t = useText();
  const { name = "" } = useParams();
  const [query] = useSearchParams();
  const a = Number(query.get("a"));
  const b = Number(query.get("b"));
  return (
    <>
      <Head
        title={t("compare.versions")}
        crumbs={[
          { to: "/models", name: t("nav.models") },
          { to: `/models/${name}`, name },
        ]}
      />
      {a > 0 && b > 0 ? <Compared name={name} a={a} b={b} /> : <Empty title={t("no.page")} />}
    </>
  );
}

function Compared({ name, a, b }: { name: string; a: number; b: number }) {
  const t = useText();
  const asked = usePoll(
    `compare ${name} ${a} ${b}`,
    (signal) => routes.compareVersions(name, a, b, signal),
    15_000,
  );
  return (
    <Load from={asked} lines={8}>
      {({ rows }) => (
        <ComparisonTable
          rows={rows.map(({ a: left, b: right, ...row }) => ({ ...row, values: [left, right] }))}
          heads={[a, b].map((version) => t("version.number", { version }))}
        />
      )}
    </Load>
  );
}
