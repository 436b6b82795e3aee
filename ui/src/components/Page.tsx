// The head of a page (where one is, what it is, what can be done) and its panels.

import { type ReactNode, useEffect } from "react";
import { Link } from "react-router";

import { Icon } from "./Icon";

export interface Crumb {
  to: string;
  name: string;
}

interface HeadProps {
  title: string;
  crumbs?: readonly Crumb[];
  badge?: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
}

export function Head({ title, crumbs = [], badge, about, actions }: HeadProps) {
  useEffect(() => {
    document.title = `${title} · Aileron`;
  }, [title]);
  return (
    <header className="head">
      <div className="head-text">
        {crumbs.length > 0 && (
          <nav className="crumbs">
            {crumbs.map((crumb) => (
              <span key={crumb.to}>
                <Link to={crumb.to}>{crumb.name}</Link>
                <Icon name="right" size={11} />
              </span>
            ))}
          </nav>
        )}
        <h1>
          {title}
          {badge}
        </h1>
        {about && <p className="about">{about}</p>}
      </div>
      {actions && <div className="head-actions">{actions}</div>}
    </header>
  );
}

interface PanelProps {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Content reaches the edges, as tables do. */
  flush?: boolean;
}

export function Panel({ title, actions, children, flush = false }: PanelProps) {
  return (
    <section className="panel">
      {title && (
        <header className="panel-head">
          <h2>{title}</h2>
          {actions && <div className="panel-actions">{actions}</div>}
        </header>
      )}
      <div className={flush ? "panel-flush" : "panel-body"}>{children}</div>
    </section>
  );
}
