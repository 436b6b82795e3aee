// The entry of the bundle. Addresses are kept behind #, so that any server can hand it out.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { HashRouter } from "react-router";

import { App } from "./App";
import { NoticeProvider } from "./components/Notice";
import { IdentityProvider } from "./identity";
import { returnToPlace } from "./place";
import { SettingsProvider } from "./settings";
import "./styles/index.css";

returnToPlace();
const root = document.getElementById("root");
if (root === null) throw new Error("The page has no element with the id root.");
createRoot(root).render(
  <StrictMode>
    <SettingsProvider>
      <NoticeProvider>
        <HashRouter>
          <IdentityProvider>
            <App />
          </IdentityProvider>
        </HashRouter>
      </NoticeProvider>
    </SettingsProvider>
  </StrictMode>,
);
