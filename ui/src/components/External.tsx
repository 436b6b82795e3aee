// A link out of the pages. Inside Airflow the frame may open no window, so the page around does.

import type { MouseEvent, ReactNode } from "react";

import { outer } from "../preferences";
import { Icon } from "./Icon";

export function External({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} target="_blank" rel="noreferrer" className="external" onClick={openAround}>
      {children}
      <Icon name="out" size={12} />
    </a>
  );
}

function openAround(event: MouseEvent<HTMLAnchorElement>): void {
  const around = outer();
  if (around === undefined) return;
  event.preventDefault();
  openTab(event.currentTarget.href, around);
}

/** Show `href` in a tab of its own, on behalf of a page that may open one. */
export function openTab(href: string, page: Document = outer() ?? document): void {
  const link = page.createElement("a");
  link.href = href;
  link.target = "_blank";
  link.rel = "noreferrer";
  link.click();
}
