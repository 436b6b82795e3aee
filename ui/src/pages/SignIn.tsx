// The form for an API token, where the pages stand alone. Inside Airflow, its login counts.

import { type FormEvent, useState } from "react";

import * as routes from "../api/routes";
import { Brand } from "../components/Layout";
import { errorText } from "../components/Load";
import { LanguageSwitch, ThemeSwitch } from "../components/Switches";
import { framed } from "../preferences";
import { useSending } from "../sending";
import { useText } from "../settings";

export function SignIn({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const t = useText();
  return (
    <main className="sign-in" id="main">
      <div className="sign-in-card">
        <header>
          <Brand />
          <span className="spread" />
          <LanguageSwitch />
          <ThemeSwitch />
        </header>
        {framed ? <InAirflow /> : <TokenForm onSignedIn={onSignedIn} />}
      </div>
      <p className="quiet">{t("sign.in.about")}</p>
    </main>
  );
}

function InAirflow() {
  const t = useText();
  return (
    <>
      <h1>{t("sign.in.airflow")}</h1>
      <p className="about">{t("sign.in.airflow.how")}</p>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {t("try.again")}
      </button>
    </>
  );
}

function TokenForm({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const t = useText();
  const [token, setToken] = useState("");
  const { busy, error, send } = useSending();

  function submit(event: FormEvent) {
    event.preventDefault();
    void send(async () => {
      await routes.signIn(token.trim());
      await onSignedIn();
    });
  }

  return (
    <form onSubmit={submit}>
      <h1>{t("sign.in")}</h1>
      <label className="field">
        <span className="field-name">{t("token")}</span>
        <input
          type="password"
          name="token"
          autoComplete="current-password"
          required
          autoFocus
          value={token}
          aria-invalid={error !== undefined}
          aria-describedby="token-help"
          onChange={(event) => setToken(event.target.value)}
        />
        <span className="field-help" id="token-help">
          {t("token.help")} <code>aileron token create NAME --role viewer</code>
        </span>
      </label>
      {error !== undefined && (
        <p className="field-error" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
      <button type="submit" className="button button-primary" disabled={busy || !token.trim()}>
        {busy ? t("signing.in") : t("sign.in")}
      </button>
    </form>
  );
}
