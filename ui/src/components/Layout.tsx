// The frame of every page: where one can go, who one is, language, theme, and whether the API
// answers.

import { type ReactNode, useEffect } from "react";
import { Link, useLocation } from "react-router";

import { useIdentity } from "../identity";
import { useKeptPlace } from "../place";
import { useSettings, useText } from "../settings";
import { Away } from "./Away";
import { Boundary } from "./Boundary";
import { Icon } from "./Icon";
import { LanguageSwitch, ThemeSwitch } from "./Switches";
import { useCurrentShown } from "./useCurrentShown";

const PLACES = [
  ["/", "nav.overview"],
  ["/lifecycles", "nav.lifecycles"],
  ["/jobs", "nav.jobs"],
  ["/models", "nav.models"],
  ["/services", "nav.services"],
  ["/datasets", "nav.datasets"],
  ["/labelling", "nav.labelling"],
  ["/pools", "nav.pools"],
  ["/images", "nav.images"],
] as const;

const ADMIN_PLACES = [["/tokens", "nav.tokens"]] as const;

export function Layout({ children }: { children: ReactNode }) {
  const t = useText();
  const { pathname } = useLocation();
  const { session } = useIdentity();
  const places = session.permissions["token.manage"]?.allowed
    ? [...PLACES, ...ADMIN_PLACES]
    : PLACES;
  useKeptPlace();
  const row = useCurrentShown<HTMLElement>(pathname);
  useEffect(() => {
    window.scrollTo(0, 0); // newer browsers answer with a promise, which React must not see
  }, [pathname]);
  return (
    <>
      <a
        className="skip-link"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        {t("skip.to.content")}
      </a>
      <header className="top">
        <div className="top-inside">
          <Brand />
          <nav className="places" aria-label={t("nav")} ref={row}>
            {places.map(([to, key]) => (
              <Link key={to} to={to} aria-current={isHere(to, pathname) ? "page" : undefined}>
                {t(key)}
              </Link>
            ))}
          </nav>
          <div className="top-end">
            <LanguageSwitch />
            <ThemeSwitch />
            <Person />
          </div>
        </div>
      </header>
      <Away />
      <main className="main" id="main" tabIndex={-1}>
        <Boundary key={pathname} title={t("error.title")}>
          {children}
        </Boundary>
      </main>
    </>
  );
}

/** Pages that belong to a place without being below it: runs to what they are runs of. */
const OF_OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^\/(connections|import)$|^\/runs\/[^/]+\/(import_|dataset_(operation|export)\b)/, "/datasets"],
  [/^\/runs\/[^/]+\/(custom_job|job_)/, "/jobs"],
  [/^\/runs\/[^/]+\/image_build\b/, "/images"],
  [/^\/(runs|algorithms)(\/|$)/, "/lifecycles"],
];

function isHere(to: string, pathname: string): boolean {
  const place = OF_OTHERS.find(([pages]) => pages.test(pathname))?.[1] ?? pathname;
  return to === "/" ? place === "/" : `${place}/`.startsWith(`${to}/`);
}

export function Brand() {
  return (
    <span className="brand">
      <img src="./icon.svg" alt="" width={22} height={22} />
      Aileron
    </span>
  );
}

function Person() {
  const { t } = useSettings();
  const { session, signOut } = useIdentity();
  return (
    <div className="person">
      <Icon name="user" />
      <span className="person-name" title={`${session.actor} · ${session.project}`}>
        {session.actor}
      </span>
      <span className="quiet">{t(`role.${session.role}`)}</span>
      {session.identity === "token" && (
        <button type="button" className="button button-quiet" onClick={() => void signOut()}>
          {t("sign.out")}
        </button>
      )}
    </div>
  );
}
