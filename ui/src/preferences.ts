// Language and theme: what the person chose here, else what the page around says (Airflow's,
// when shown inside it), else what the browser says.

export type Language = "en" | "zh";
export type Theme = "light" | "dark";
export type ThemeChoice = Theme | "system";

const LANGUAGE = "aileron.language";
const THEME = "aileron.theme";

/** Whether the pages stand inside another page, as they do in Airflow. */
export const framed = window.parent !== window;

export function chosenLanguage(): Language {
  const stored = localStorage.getItem(LANGUAGE);
  if (stored === "en" || stored === "zh") return stored;
  const around = outer()?.documentElement.lang || navigator.language;
  return around.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(LANGUAGE, language);
}

export function chosenTheme(): ThemeChoice {
  const stored = localStorage.getItem(THEME);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function keepTheme(theme: ThemeChoice): void {
  if (theme === "system") localStorage.removeItem(THEME);
  else localStorage.setItem(THEME, theme);
}

export function systemTheme(): Theme {
  const around = outer()?.documentElement.classList;
  if (around?.contains("dark")) return "dark";
  if (around?.contains("light")) return "light";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** `listener` is called when the system's or the outer page's theme may have changed. */
export function onSystemTheme(listener: () => void): () => void {
  const media = matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", listener);
  const around = outer();
  const observer = around ? new MutationObserver(listener) : undefined;
  observer?.observe(around!.documentElement, { attributeFilter: ["class"] });
  return () => {
    media.removeEventListener("change", listener);
    observer?.disconnect();
  };
}

/** The document around, if this page may look at it. */
export function outer(): Document | undefined {
  if (!framed) return undefined;
  try {
    return window.parent.document;
  } catch {
    return undefined; // another origin
  }
}
