// The parts of a page as links: each has an address of its own.

import { Link } from "react-router";

import { useCurrentShown } from "./useCurrentShown";

export interface Tab {
  id: string;
  name: string;
  to: string;
}

export function Tabs({ label, tabs, here }: { label: string; tabs: readonly Tab[]; here: string }) {
  const box = useCurrentShown<HTMLElement>(here);
  return (
    <nav className="tabs" aria-label={label} ref={box}>
      {tabs.map((tab) => (
        <Link key={tab.id} to={tab.to} aria-current={tab.id === here ? "true" : undefined}>
          {tab.name}
        </Link>
      ))}
    </nav>
  );
}
