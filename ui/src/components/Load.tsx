// What stands where an answer is awaited, did not come, or is empty.

import type { ReactNode } from "react";

import { ApiError } from "../api/errors";
import type { Polled } from "../api/usePoll";
import { useText } from "../settings";
import { Icon, type IconName } from "./Icon";

interface LoadProps<T> {
  from: Polled<T>;
  children: (data: T) => ReactNode;
  /** Lines of the place holder. */
  lines?: number;
}

/** `children` of the data; the last data stay when asking again fails. */
export function Load<T>({ from, children, lines = 4 }: LoadProps<T>) {
  if (from.data !== undefined) {
    const away = from.error instanceof ApiError && from.error.away; // the banner says it
    return (
      <>
        {from.error !== undefined && !away && <Failure error={from.error} retry={from.refresh} />}
        {children(from.data)}
      </>
    );
  }
  if (from.error !== undefined) return <Failure error={from.error} retry={from.refresh} large />;
  return <Waiting lines={lines} />;
}

export function Waiting({ lines = 4 }: { lines?: number }) {
  const t = useText();
  return (
    <div className="waiting" role="status" aria-label={t("loading")}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="waiting-line" />
      ))}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  retry?: () => Promise<void>;
  large?: boolean;
}

/** An error in words, with a way to try again. */
export function Failure({ error, retry, large = false }: FailureProps) {
  const t = useText();
  const missing = error instanceof ApiError && error.status === 404;
  const title = missing ? t("error.missing") : t("error.title");
  return (
    <div className={large ? "failure failure-large" : "failure"} role="alert">
      <Icon name="alert" size={large ? 22 : 16} />
      <div>
        {large && <strong>{title}</strong>}
        <p>{errorText(error, t("error.away"))}</p>
        {retry && (
          <button type="button" className="button button-small" onClick={() => void retry()}>
            {t("try.again")}
          </button>
        )}
      </div>
    </div>
  );
}

export function errorText(error: unknown, away: string): string {
  if (error instanceof ApiError) return error.away ? away : error.message;
  return error instanceof Error ? error.message : String(error);
}

interface EmptyProps {
  icon?: IconName;
  title: string;
  children?: ReactNode;
}

/** Nothing there yet, and what to do for something to be there. */
export function Empty({ icon = "list", title, children }: EmptyProps) {
  return (
    <div className="empty">
      <Icon name={icon} size={22} />
      <strong>{title}</strong>
      {children && <div>{children}</div>}
    </div>
  );
}
