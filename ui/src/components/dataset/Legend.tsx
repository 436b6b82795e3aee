// The classes with their colours; each can be hidden.

import type { Canvas } from "../../samples/canvas";
import { colourOf } from "../../samples/colours";
import { useText } from "../../settings";

interface LegendProps {
  page: Canvas;
  hidden: ReadonlySet<string>;
  onHide: (hidden: ReadonlySet<string>) => void;
  /** Only these. */
  only?: ReadonlySet<string>;
}

const MOST = 40;

export function Legend({ page, hidden, onHide, only }: LegendProps) {
  const t = useText();
  const classes = page.classes.map((one) => one.name);
  const shown = classes.filter((label) => only === undefined || only.has(label)).slice(0, MOST);
  const turn = (label: string) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    onHide(next);
  };
  return (
    <div className="legend" role="group" aria-label={t("sample.legend")}>
      {shown.map((label) => (
        <button
          key={label}
          type="button"
          className="legend-class"
          aria-pressed={!hidden.has(label)}
          onClick={() => turn(label)}
        >
          <span className="swatch" style={{ "--mark": colourOf(classes, label) }} />
          {label}
        </button>
      ))}
    </div>
  );
}
