// Last step of the wizard: what will be done, as the definition that is kept.

import { definitionOf, type ImportDraft } from "../../samples/defining";
import { useText } from "../../settings";

export function ImportCheck({ draft }: { draft: ImportDraft }) {
  const t = useText();
  return (
    <div className="stack">
      <p>{t("import.check.about", { name: draft.name })}</p>
      <pre className="definition">{JSON.stringify(definitionOf(draft), null, 2)}</pre>
    </div>
  );
}
