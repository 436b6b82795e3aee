// Packages: who has them, how far they are, and what may be done with them.

import type { ComponentProps } from "react";
import { Link } from "react-router";

import type { LabelPackage } from "../../api/types";
import { packageAddress, packageName } from "../../labelling/progress";
import { useText } from "../../settings";
import { Badge } from "../Badge";
import { type ColumnOf, Table } from "../Table";
import { Due } from "./Due";
import { ItemsBar } from "./ItemsBar";
import { PackageActions } from "./PackageActions";

/** What matters to whom. */
const PARTS = {
  label: ["package", "state", "items", "due"],
  audit: ["package", "state", "annotator", "audit"],
};

interface PackagesTableProps {
  label: string;
  packages: readonly LabelPackage[];
  /** Lanes of their campaign: where there is more than one, packages name theirs. */
  overlap: number;
  /** Of its own campaign, with actions; else those of all that wait for the reader. */
  managed?: Omit<ComponentProps<typeof PackageActions>, "one" | "overlap" | "small">;
  /** What the reader does with them all; else they are of all kinds. */
  part?: "label" | "audit";
}

export function PackagesTable({ label, packages, overlap, managed, part }: PackagesTableProps) {
  const t = useText();
  const columns: ColumnOf<LabelPackage>[] = [
    {
      key: "package",
      title: t("package"),
      cell: (one) => (
        <div className="name-cell">
          <Link to={packageAddress(one)} className="nowrap">
            {managed
              ? t("package.name", { name: packageName(one, overlap) })
              : t("package.of", { campaign: one.campaign, name: packageName(one, overlap) })}
          </Link>
          {one.comment && one.state === "returned" && (
            <span className="quiet clip" title={one.comment}>
              {one.comment}
            </span>
          )}
        </div>
      ),
    },
    {
      key: "state",
      title: t("state"),
      cell: (one) => <Badge state={one.state} kind="package.state" />,
    },
    {
      key: "annotator",
      title: t("package.annotator"),
      cell: (one) => one.annotator ?? <span className="quiet">–</span>,
    },
    {
      key: "items",
      title: t("package.done"),
      className: "items-cell",
      cell: (one) => <ItemsBar items={one.items} />,
    },
    {
      key: "audit",
      title: t("package.audit"),
      cell: (one) =>
        one.audited > 0 ? (
          <span className="nowrap">{t("package.audit.of", { n: one.reviewed, all: one.audited })}</span>
        ) : (
          <span className="quiet">–</span>
        ),
    },
    { key: "due", title: t("label.due"), cell: (one) => <Due {...one} /> },
  ];
  if (managed) {
    columns.push({
      key: "actions",
      title: <span className="visually-hidden">{t("actions")}</span>,
      className: "actions-cell",
      cell: (one) => <PackageActions one={one} overlap={overlap} small {...managed} />,
    });
  }
  return (
    <Table
      label={label}
      rows={packages}
      rowKey={(one) => String(one.id)}
      columns={columns.filter((one) => part === undefined || PARTS[part].includes(one.key))}
    />
  );
}
