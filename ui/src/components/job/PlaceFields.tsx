// Where a job runs: on the platform's machine, or in pods of a pool.

import * as routes from "../../api/routes";
import { usePoll } from "../../api/usePoll";
import type { JobDraft, Missing } from "../../jobs/draft";
import { useText } from "../../settings";
import { ImportField } from "../dataset/ImportField";
import { Failure } from "../Load";

interface PlaceFieldsProps {
  draft: JobDraft;
  missing: Missing;
  onChange: (change: Partial<JobDraft>) => void;
}

export function PlaceFields({ draft, missing, onChange }: PlaceFieldsProps) {
  const t = useText();
  const pools = usePoll("pools", routes.pools, 0);
  const sizes = pools.data?.find((pool) => pool.name === draft.pool)?.sizes ?? [];
  return (
    <div className="fields">
      {pools.error !== undefined && pools.data === undefined && (
        <Failure error={pools.error} retry={pools.refresh} />
      )}
      <ImportField label={t("job.place")} problem={undefined}>
        <select
          value={draft.pool}
          onChange={(event) => onChange({ pool: event.target.value, size: "" })}
        >
          <option value="">{t("job.place.here")}</option>
          {pools.data === undefined && pools.error === undefined && (
            <option disabled>{t("loading")}</option>
          )}
          {(pools.data ?? []).map((pool) => (
            <option key={pool.name} value={pool.name}>
              {t("job.place.pool", { pool: pool.display_name ?? pool.name })}
            </option>
          ))}
        </select>
      </ImportField>
      {draft.pool !== "" ? (
        <>
          <ImportField label={t("job.size")} problem={undefined}>
            <select value={draft.size} onChange={(event) => onChange({ size: event.target.value })}>
              <option value="">{t("job.size.default")}</option>
              {sizes.map((size) => (
                <option key={size} value={size}>
                  {size}
                </option>
              ))}
            </select>
          </ImportField>
          <ImportField label={t("job.image")} help={t("job.image.help")} problem={undefined}>
            <input
              type="text"
              className="mono"
              spellCheck={false}
              value={draft.image}
              onChange={(event) => onChange({ image: event.target.value })}
            />
          </ImportField>
        </>
      ) : (
        <ImportField label={t("job.memory")} help={t("job.memory.help")} problem={missing.memory}>
          <input
            type="text"
            inputMode="numeric"
            value={draft.memory}
            onChange={(event) => onChange({ memory: event.target.value })}
          />
        </ImportField>
      )}
      <ImportField label={t("job.nodes")} help={t("job.nodes.help")} problem={missing.nodes}>
        <input
          type="text"
          inputMode="numeric"
          value={draft.nodes}
          onChange={(event) => onChange({ nodes: event.target.value })}
        />
      </ImportField>
      <ImportField label={t("job.hours")} help={t("job.hours.help")} problem={missing.hours}>
        <input
          type="text"
          inputMode="decimal"
          value={draft.hours}
          onChange={(event) => onChange({ hours: event.target.value })}
        />
      </ImportField>
    </div>
  );
}
