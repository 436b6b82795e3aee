// Who uses the pages. Nothing but the sign-in form is shown before that is known.

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";

import { onSignedOut } from "./api/client";
import { ApiError } from "./api/errors";
import * as routes from "./api/routes";
import type { Session } from "./api/types";
import { forgetAnswers, usePoll } from "./api/usePoll";
import { Failure, Waiting } from "./components/Load";
import { SignIn } from "./pages/SignIn";

interface Identity {
  session: Session;
  signOut: () => Promise<void>;
}

const Context = createContext<Identity | undefined>(undefined);
const MINUTE = 60_000;

export function IdentityProvider({ children }: { children: ReactNode }) {
  const [signedOut, setSignedOut] = useState(false);
  const asked = usePoll("session", routes.session, MINUTE);
  useEffect(() => onSignedOut(() => setSignedOut(true)), []);
  const { refresh } = asked;

  const signOut = useCallback(async () => {
    await routes.signOut();
    forgetAnswers();
    setSignedOut(true);
  }, []);
  const signedIn = useCallback(async () => {
    forgetAnswers();
    await refresh();
    setSignedOut(false);
  }, [refresh]);
  const identity = useMemo(
    () => (asked.data ? { session: asked.data, signOut } : undefined),
    [asked.data, signOut],
  );

  const unknown = asked.error instanceof ApiError && asked.error.status === 401;
  if (signedOut || unknown) return <SignIn onSignedIn={signedIn} />;
  if (identity === undefined) {
    return (
      <main className="main" id="main">
        {asked.error ? <Failure error={asked.error} retry={refresh} large /> : <Waiting />}
      </main>
    );
  }
  return <Context value={identity}>{children}</Context>;
}

export function useIdentity(): Identity {
  const identity = useContext(Context);
  if (identity === undefined) throw new Error("useIdentity outside of IdentityProvider");
  return identity;
}
