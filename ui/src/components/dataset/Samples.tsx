// The samples of a version: filters, a gallery or a list, and one of them large.

import { useRef, useState } from "react";
import { useSearchParams } from "react-router";

import * as routes from "../../api/routes";
import type { DatasetSample, SamplePage } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { duration } from "../../format";
import { asked, PAGE, queryOf, readQuery, type SampleQuery, withQuery } from "../../samples/query";
import { useSettings, useText } from "../../settings";
import { Empty, Load } from "../Load";
import { Panel } from "../Page";
import { Pager } from "../Pager";
import { Legend } from "./Legend";
import { keyOf, usePlace } from "./place";
import { SampleDialog } from "./SampleDialog";
import { SampleFilters } from "./SampleFilters";
import { SampleMedium } from "./SampleMedium";

export function Samples({ versions }: { versions: readonly number[] }) {
  const place = usePlace();
  const [params, setParams] = useSearchParams();
  const query = readQuery(params);
  const wanted = asked(query);
  const found = usePoll(
    keyOf(place, "samples", wanted),
    (signal) => routes.samples(place, wanted, signal),
    0,
  );
  const change = (changes: Record<string, string>) =>
    setParams(withQuery(queryOf(location.hash), changes), { replace: true });
  // While the next page is on its way the one before stays, and with it the field one types into.
  const before = useRef<SamplePage>(undefined);
  if (found.data) before.current = found.data;
  return (
    <Load from={{ ...found, data: found.data ?? before.current }} lines={8}>
      {(page) => (
        <Content
          page={page}
          query={query}
          versions={versions}
          open={params.get("sample")}
          onChange={change}
        />
      )}
    </Load>
  );
}

interface ContentProps {
  page: SamplePage;
  query: SampleQuery;
  versions: readonly number[];
  open: string | null;
  onChange: (changes: Record<string, string>) => void;
}

function Content({ page, query, versions, open, onChange }: ContentProps) {
  const t = useText();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const at = page.samples.findIndex((one) => one.sample_id === open);
  const drawn = page.samples.some((one) => one.objects.length > 0);
  return (
    <Panel
      title={t("dataset.part.samples")}
      actions={
        <SampleFilters page={page} query={query} versions={versions} onChange={onChange} />
      }
    >
      {drawn && <Legend page={page} hidden={hidden} onHide={setHidden} />}
      {page.samples.length === 0 ? (
        <Empty title={t("samples.none")}>{t("samples.none.how")}</Empty>
      ) : (
        <ul className={page.modality === "image" ? "gallery" : "sample-list"}>
          {page.samples.map((sample) => (
            <Item
              key={sample.sample_id}
              sample={sample}
              page={page}
              hidden={hidden}
              onOpen={() => onChange({ sample: sample.sample_id })}
            />
          ))}
        </ul>
      )}
      <Pager
        page={query.page}
        size={PAGE}
        total={page.total}
        onPage={(next) => onChange({ page: String(next), sample: "" })}
      />
      {at >= 0 && (
        <SampleDialog
          page={page}
          at={at}
          hidden={hidden}
          onHide={setHidden}
          onMove={(next) => onChange({ sample: page.samples[next]?.sample_id ?? "" })}
          onClose={() => onChange({ sample: "" })}
        />
      )}
    </Panel>
  );
}

interface ItemProps {
  sample: DatasetSample;
  page: SamplePage;
  hidden: ReadonlySet<string>;
  onOpen: () => void;
}

function Item({ sample, page, hidden, onOpen }: ItemProps) {
  const t = useText();
  const medium = <SampleMedium sample={sample} page={page} size="thumb" hidden={hidden} />;
  const caption = <Caption sample={sample} />;
  if (page.modality === "audio") {
    // A player has buttons of its own, which cannot stand in a button.
    return (
      <li className="sample">
        {medium}
        <button type="button" className="sample-open" onClick={onOpen}>
          {caption}
        </button>
      </li>
    );
  }
  return (
    <li className="sample">
      <button
        type="button"
        className="sample-open"
        onClick={onOpen}
        aria-label={t("sample.open", { id: sample.sample_id })}
      >
        {medium}
        {caption}
      </button>
    </li>
  );
}

function Caption({ sample }: { sample: DatasetSample }) {
  const { t, language } = useSettings();
  const counted = new Map<string, number>();
  for (const thing of [...sample.objects, ...sample.segments])
    counted.set(thing.label, (counted.get(thing.label) ?? 0) + 1);
  const things = [...counted].map(([label, n]) => (n > 1 ? `${label} × ${n}` : label));
  return (
    <span className="sample-caption">
      <span className="sample-labels">
        {[...sample.labels, ...things].map((label) => (
          <span key={label} className="chip">
            {label}
          </span>
        ))}
        {!sample.annotated && <span className="chip chip-wait">{t("sample.waiting")}</span>}
      </span>
      <span className="sample-id mono" title={sample.sample_id}>
        {sample.sample_id}
      </span>
      <span className="quiet">
        {[
          sample.split && t(`part.${sample.split as "train" | "validation" | "test"}`),
          sample.seconds !== null && duration(sample.seconds, language),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </span>
  );
}
