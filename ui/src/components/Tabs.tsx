// The parts of a page as links: each has an address of its own.

import { Link } from "react-router";

export interface Tab {
  id: string;
  name: string;
  to: string;
}

export function Tabs({ label, tabs, here }: { label: string; tabs: readonly Tab[]; here: string }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.id} to={tab.to} aria-current={tab.id === here ? "true" : undefined}>
          {tab.name}
        </Link>
      ))}
    </nav>
  );
}
