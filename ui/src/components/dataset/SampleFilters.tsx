// What of a version is looked at: version, part, label, words.

import { useEffect, useState } from "react";

import type { SamplePage } from "../../api/types";
import { number } from "../../format";
import type { SampleQuery } from "../../samples/query";
import { useSettings } from "../../settings";

interface SampleFiltersProps {
  page: SamplePage;
  query: SampleQuery;
  versions: readonly number[];
  onChange: (changes: Record<string, string>) => void;
}

const TYPING_MS = 350;

export function SampleFilters({ page, query, versions, onChange }: SampleFiltersProps) {
  const { t, language } = useSettings();
  const counted = (name: string, samples: number) => `${name} (${number(samples, language)})`;
  return (
    <>
      {page.waiting > 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={query.waiting}
            onChange={(event) => onChange({ waiting: event.target.checked ? "1" : "" })}
          />
          {counted(t("sample.waiting"), page.waiting)}
        </label>
      )}
      {page.classes.length > 0 && (
        <select
          aria-label={t("samples.label")}
          value={query.label}
          onChange={(event) => onChange({ label: event.target.value })}
        >
          <option value="">{t("samples.label.all")}</option>
          {page.classes.map((one) => (
            <option key={one.name} value={one.name}>
              {counted(one.name, one.samples)}
            </option>
          ))}
        </select>
      )}
      {page.parts.some((one) => one.name !== "none") && (
        <select
          aria-label={t("samples.part")}
          value={query.part}
          onChange={(event) => onChange({ part: event.target.value })}
        >
          <option value="">{t("samples.part.all")}</option>
          {page.parts.map((one) => (
            <option key={one.name} value={one.name}>
              {counted(t(`part.${one.name as "train" | "validation" | "test" | "none"}`), one.samples)}
            </option>
          ))}
        </select>
      )}
      <Search text={query.search} onSearch={(text) => onChange({ q: text })} />
      <VersionChoice version={page.version} versions={versions} onChange={onChange} />
    </>
  );
}

/** Looks when typing rests. */
function Search({ text, onSearch }: { text: string; onSearch: (text: string) => void }) {
  const { t } = useSettings();
  const [typed, setTyped] = useState(text);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => onSearch(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, text, onSearch]);
  return (
    <input
      type="search"
      className="filter"
      placeholder={t("samples.search")}
      aria-label={t("samples.search")}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

interface VersionChoiceProps {
  version: number;
  versions: readonly number[];
  onChange: (changes: Record<string, string>) => void;
}

export function VersionChoice({ version, versions, onChange }: VersionChoiceProps) {
  const { t } = useSettings();
  if (versions.length < 2) return null;
  return (
    <select
      aria-label={t("version")}
      value={version}
      onChange={(event) => onChange({ version: event.target.value })}
    >
      {versions.map((one) => (
        <option key={one} value={one}>
          v{one}
        </option>
      ))}
    </select>
  );
}
