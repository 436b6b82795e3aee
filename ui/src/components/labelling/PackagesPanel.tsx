// The packages of a campaign, filtered by state and person.

import { useRef, useState } from "react";

import * as routes from "../../api/routes";
import type { Campaign, LabelPackage, PackagePage } from "../../api/types";
import { usePoll } from "../../api/usePoll";
import { useText } from "../../settings";
import { Empty, Load } from "../Load";
import { Panel } from "../Page";
import { Pager } from "../Pager";
import { PackagesTable } from "./PackagesTable";

const SIZE = 50;
const STATES: readonly LabelPackage["state"][] = [
  "unassigned",
  "assigned",
  "labelling",
  "submitted",
  "auditing",
  "returned",
  "passed",
  "ended",
];

interface PackagesPanelProps {
  campaign: Campaign;
  refresh: () => Promise<void>;
}

export function PackagesPanel({ campaign, refresh }: PackagesPanelProps) {
  const t = useText();
  const [state, setState] = useState("");
  const [annotator, setAnnotator] = useState("");
  const [page, setPage] = useState(1);
  const query = {
    campaign: campaign.name,
    offset: String((page - 1) * SIZE),
    limit: String(SIZE),
    ...(state && { state }),
    ...(annotator && { annotator }),
  };
  const asked = usePoll(
    `packages ${JSON.stringify(query)}`,
    (signal) => routes.labelPackages(query, signal),
    3000,
  );
  const before = useRef<PackagePage>(undefined);
  if (asked.data) before.current = asked.data;

  async function refreshAll() {
    await Promise.all([asked.refresh(), refresh()]);
  }

  function choose(set: (value: string) => void) {
    return (value: string) => {
      set(value);
      setPage(1);
    };
  }

  return (
    <Panel
      title={t("packages")}
      flush
      actions={
        <>
          <Choice label={t("packages.state.all")} value={state} onChange={choose(setState)}>
            {STATES.map((one) => [one, t(`package.state.${one}`)] as const)}
          </Choice>
          <Choice label={t("packages.annotator.all")} value={annotator} onChange={choose(setAnnotator)}>
            {campaign.annotators.map((one) => [one, one] as const)}
          </Choice>
        </>
      }
    >
      <Load from={{ ...asked, data: asked.data ?? before.current }}>
        {(found) =>
          found.total === 0 ? (
            <Empty title={t("packages.none")} />
          ) : (
            <>
              <PackagesTable
                label={t("packages")}
                packages={found.packages}
                overlap={campaign.overlap}
                managed={{
                  annotators: campaign.annotators,
                  refresh: refreshAll,
                  ended: campaign.state === "ended",
                }}
              />
              <div className="panel-note">
                <Pager page={page} size={SIZE} total={found.total} onPage={setPage} />
              </div>
            </>
          )
        }
      </Load>
    </Panel>
  );
}

interface ChoiceProps {
  /** What stands for no choice. */
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: readonly (readonly [value: string, name: string])[];
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{label}</option>
      {children.map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  );
}
