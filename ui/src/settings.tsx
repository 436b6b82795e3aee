// Language and theme for all components, and the translator `t` that follows the language.

import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";

import { speak } from "./api/client";
import { wake } from "./api/connection";
import { type Translate, translator } from "./messages";
import {
  chosenLanguage,
  chosenTheme,
  keepLanguage,
  keepTheme,
  type Language,
  onSystemTheme,
  systemTheme,
  type ThemeChoice,
} from "./preferences";

interface Settings {
  language: Language;
  setLanguage: (language: Language) => void;
  theme: ThemeChoice;
  setTheme: (theme: ThemeChoice) => void;
  t: Translate;
}

const Context = createContext<Settings | undefined>(undefined);

export function SettingsProvider({ children }: { children: ReactNode }) {
  const [language, chooseLanguage] = useState(chosenLanguage);
  const [theme, chooseTheme] = useState(chosenTheme);
  speak(language);

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);

  useEffect(() => {
    const apply = () => {
      document.documentElement.dataset.theme = theme === "system" ? systemTheme() : theme;
    };
    apply();
    return onSystemTheme(apply);
  }, [theme]);

  const setLanguage = useCallback((code: Language) => {
    keepLanguage(code);
    chooseLanguage(code);
    speak(code);
    wake(); // what is shown was answered in the other language
  }, []);
  const setTheme = useCallback((choice: ThemeChoice) => {
    keepTheme(choice);
    chooseTheme(choice);
  }, []);
  const value = useMemo(
    () => ({ language, setLanguage, theme, setTheme, t: translator(language) }),
    [language, setLanguage, theme, setTheme],
  );
  return <Context value={value}>{children}</Context>;
}

export function useSettings(): Settings {
  const settings = useContext(Context);
  if (settings === undefined) throw new Error("useSettings outside of SettingsProvider");
  return settings;
}

export function useText(): Translate {
  return useSettings().t;
}
