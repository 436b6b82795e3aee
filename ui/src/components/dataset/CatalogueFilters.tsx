// What of the catalogue is shown: words, kind of data, task, tag, one's own.

import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";

import { wordFor } from "../../messages";
import { MODALITIES } from "../../samples/catalogue";
import { queryOf, withQuery } from "../../samples/query";
import { useText } from "../../settings";

const TASKS = [
  "classification", "regression", "detection", "instance_segmentation", "semantic_segmentation",
  "key_points", "matching", "sequence_labelling", "entities", "pretraining", "instruction",
  "event_detection",
] as const;
const SWITCHES = ["favourite", "mine", "deleted"] as const;
const TYPING_MS = 300;

export function CatalogueFilters() {
  const t = useText();
  const [params, setParams] = useSearchParams();
  const set = (name: string, value: string) =>
    setParams(withQuery(queryOf(location.hash), { [name]: value }), { replace: true });
  return (
    <div className="filters" role="search">
      <Typed name="word" label={t("datasets.search")} value={params.get("word") ?? ""} set={set} />
      <select
        aria-label={t("modality")}
        value={params.get("modality") ?? ""}
        onChange={(event) => set("modality", event.target.value)}
      >
        <option value="">{t("datasets.modality.all")}</option>
        {MODALITIES.map((one) => (
          <option key={one} value={one}>
            {t(`modality.${one}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t("task")}
        value={params.get("task") ?? ""}
        onChange={(event) => set("task", event.target.value)}
      >
        <option value="">{t("datasets.task.all")}</option>
        {TASKS.map((one) => (
          <option key={one} value={one}>
            {wordFor(t, "task", one)}
          </option>
        ))}
      </select>
      <Typed name="tag" label={t("tag")} value={params.get("tag") ?? ""} set={set} short />
      {SWITCHES.map((name) => (
        <label key={name} className="check">
          <input
            type="checkbox"
            checked={params.get(name) === "true"}
            onChange={(event) => set(name, event.target.checked ? "true" : "")}
          />
          {t(`datasets.only.${name}`)}
        </label>
      ))}
    </div>
  );
}

interface TypedProps {
  name: string;
  label: string;
  value: string;
  set: (name: string, value: string) => void;
  short?: boolean;
}

/** Looks when typing rests. */
function Typed({ name, label, value, set, short = false }: TypedProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => set(name, typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [name, typed, value, set]);
  return (
    <input
      type="search"
      className={short ? "filter filter-short" : "filter"}
      placeholder={label}
      aria-label={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
