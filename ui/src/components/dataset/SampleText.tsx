// A text as it is read: marked pieces with their kinds, pairs, tokens, dialogues.

import type { DatasetSample } from "../../api/types";
import { colourOf } from "../../samples/colours";
import { joined, pieces, spanText, tokenRuns } from "../../samples/marks";
import { useText } from "../../settings";

interface SampleTextProps {
  sample: DatasetSample;
  classes: readonly string[];
  /** All of it; else its beginning. */
  whole: boolean;
}

export function SampleText({ sample, classes, whole }: SampleTextProps) {
  const t = useText();
  return (
    <div className={whole ? "sample-text" : "sample-text is-short"}>
      {sample.tokens.length > 0 ? (
        <Tokens sample={sample} classes={classes} />
      ) : (
        sample.text && <Marked sample={sample} classes={classes} />
      )}
      {sample.pair !== null && (
        <p className="sample-pair">
          <span className="quiet">{t("sample.pair")}</span> {sample.pair}
        </p>
      )}
      {sample.turns.length > 0 && (
        <ol className="turns">
          {sample.turns.map((turn, at) => (
            <li key={at} className={`turn turn-${turn.role}`}>
              <span className="turn-role">{turn.role}</span>
              <span>{turn.content}</span>
            </li>
          ))}
        </ol>
      )}
      {whole && <Relations sample={sample} />}
    </div>
  );
}

function Marked({ sample, classes }: { sample: DatasetSample; classes: readonly string[] }) {
  const text = sample.text ?? "";
  return (
    <p>
      {pieces(text, sample.spans).map((piece, at) =>
        piece.spans.length === 0 ? (
          <span key={at}>{piece.text}</span>
        ) : (
          <mark
            key={at}
            style={{ "--mark": colourOf(classes, sample.spans[piece.spans.at(-1) ?? 0]?.label ?? "") }}
          >
            {piece.text}
            {piece.ends.map((place) => (
              <Kind key={place} classes={classes} label={sample.spans[place]?.label ?? ""} />
            ))}
          </mark>
        ),
      )}
    </p>
  );
}

function Tokens({ sample, classes }: { sample: DatasetSample; classes: readonly string[] }) {
  return (
    <p className="tokens">
      {tokenRuns(sample.tokens, sample.tags).map((run, at) =>
        run.label === undefined ? (
          <span key={at}>{joined(run.tokens)}</span>
        ) : (
          <mark key={at} style={{ "--mark": colourOf(classes, run.label) }}>
            {joined(run.tokens)}
            <Kind classes={classes} label={run.label} />
          </mark>
        ),
      )}
    </p>
  );
}

function Kind({ classes, label }: { classes: readonly string[]; label: string }) {
  return (
    <span className="mark-kind" style={{ "--mark": colourOf(classes, label) }}>
      {label}
    </span>
  );
}

function Relations({ sample }: { sample: DatasetSample }) {
  const t = useText();
  if (sample.relations.length === 0) return null;
  const named = (place: number) => spanText(sample.text ?? "", sample.spans[place]);
  return (
    <>
      <h3>{t("sample.relations")}</h3>
      <ul className="relations">
        {sample.relations.map((one, at) => (
          <li key={at}>
            {named(one.head)} <span className="quiet">— {one.label} →</span> {named(one.tail)}
          </li>
        ))}
      </ul>
    </>
  );
}
