// What the service answered: scores as bars, a number large, the whole answer below.

import type { TryAnswer as Answered } from "../api/types";
import { milliseconds, number, percent } from "../format";
import { decided, predicted, scores } from "../forms/rows";
import { useSettings } from "../settings";
import { Icon } from "./Icon";
import { errorText } from "./Load";

interface TryAnswerProps {
  answer: Answered | undefined;
  error: unknown;
  busy: boolean;
}

export function TryAnswer({ answer, error, busy }: TryAnswerProps) {
  const { t, language } = useSettings();
  if (error !== undefined) {
    return (
      <div className="try-answer failure" role="alert">
        <Icon name="alert" />
        <p>{errorText(error, t("error.away"))}</p>
      </div>
    );
  }
  if (answer === undefined) {
    return <p className="try-answer quiet">{t(busy ? "try.waiting" : "try.nothing")}</p>;
  }
  const good = answer.status < 400;
  return (
    <div className="try-answer" role="status" aria-busy={busy}>
      <p className="row">
        <span className={`badge tone-${good ? "good" : "bad"}`}>
          <Icon name={good ? "check" : "cross"} size={13} />
          HTTP {answer.status}
        </span>
        <span className="quiet">{t("try.took", { time: milliseconds(answer.ms, language) })}</span>
      </p>
      {good && <Result body={answer.body} />}
      {!good && <p className="field-error">{problemOf(answer.body)}</p>}
      <details open={good ? undefined : true}>
        <summary>{t("try.whole")}</summary>
        <pre className="log">{JSON.stringify(answer.body, null, 2)}</pre>
      </details>
    </div>
  );
}

function Result({ body }: { body: unknown }) {
  const { language } = useSettings();
  const value = predicted(body);
  if (value !== undefined) return <p className="large-number">{number(value, language)}</p>;
  const found = scores(body);
  if (found === undefined) return null;
  const winner = decided(body) ?? found[0]?.name;
  return (
    <ol className="scores">
      {found.map(({ name, score }) => (
        <li key={name} className={name === winner ? "is-winner" : ""}>
          <span className="score-name">{name}</span>
          <span className="score-bar">
            <span style={{ width: `${Math.max(0, Math.min(1, score)) * 100}%` }} />
          </span>
          <span className="score-value">{percent(score, language)}</span>
        </li>
      ))}
    </ol>
  );
}

function problemOf(body: unknown): string {
  const sentence = (body as { error_msg?: unknown } | null)?.error_msg;
  return typeof sentence === "string" ? sentence : "";
}
