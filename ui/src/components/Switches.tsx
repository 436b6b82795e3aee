// The switches of language and theme.

import type { ThemeChoice } from "../preferences";
import { useSettings } from "../settings";
import { Icon, type IconName } from "./Icon";

export function LanguageSwitch() {
  const { language, setLanguage } = useSettings();
  const other = language === "en" ? "zh" : "en";
  return (
    <button
      type="button"
      className="button button-quiet"
      lang={other === "zh" ? "zh-CN" : "en"}
      onClick={() => setLanguage(other)}
    >
      {other === "zh" ? "中文" : "English"}
    </button>
  );
}

const THEMES: readonly (readonly [ThemeChoice, IconName])[] = [
  ["system", "screen"],
  ["light", "sun"],
  ["dark", "moon"],
];

export function ThemeSwitch() {
  const { theme, setTheme, t } = useSettings();
  return (
    <div className="segments" role="group" aria-label={t("theme")}>
      {THEMES.map(([choice, icon]) => (
        <button
          key={choice}
          type="button"
          aria-pressed={theme === choice}
          aria-label={t(`theme.${choice as "system" | "light" | "dark"}`)}
          title={t(`theme.${choice as "system" | "light" | "dark"}`)}
          onClick={() => setTheme(choice)}
        >
          <Icon name={icon} size={14} />
        </button>
      ))}
    </div>
  );
}
