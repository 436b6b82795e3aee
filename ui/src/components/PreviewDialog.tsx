// The first rows of a table of a database, or of one SELECT.

import { type FormEvent, useState } from "react";

import * as routes from "../api/routes";
import type { ConnectionBrief, TablePreview } from "../api/types";
import { tableOrSelect } from "../samples/importing";
import { useSending } from "../sending";
import { useText } from "../settings";
import { Dialog } from "./Dialog";
import { errorText } from "./Load";

const ROWS = 50;

interface PreviewDialogProps {
  connection: ConnectionBrief;
  onClose: () => void;
}

export function PreviewDialog({ connection, onClose }: PreviewDialogProps) {
  const t = useText();
  const [asked, setAsked] = useState("");
  const [found, setFound] = useState<TablePreview>();
  const { busy, error, send } = useSending();

  function look(event: FormEvent) {
    event.preventDefault();
    void send(async () => {
      setFound(undefined);
      setFound(await routes.previewConnection(connection.name, { ...tableOrSelect(asked), limit: ROWS }));
    });
  }

  return (
    <Dialog
      title={t("connection.preview.name", { name: connection.display_name ?? connection.name })}
      size="full"
      onClose={onClose}
    >
      <div className="preview stack">
        <form className="row" onSubmit={look}>
          <input
            type="text"
            className="mono"
            aria-label={t("connection.ask")}
            placeholder={t("connection.ask")}
            spellCheck={false}
            autoComplete="off"
            value={asked}
            onChange={(event) => setAsked(event.target.value)}
          />
          <button type="submit" className="button button-primary" disabled={busy || asked.trim() === ""}>
            {t("connection.look")}
          </button>
        </form>
        {error !== undefined && (
          <p className="failure" role="alert">
            {errorText(error, t("error.away"))}
          </p>
        )}
        {found && <PreviewTable found={found} />}
      </div>
    </Dialog>
  );
}

function PreviewTable({ found }: { found: TablePreview }) {
  const t = useText();
  return (
    <div className="table-box" role="region" aria-label={t("connection.preview")} tabIndex={0}>
      <table className="rows">
        <thead>
          <tr>
            {found.columns.map((column) => (
              <th key={column.name} scope="col">
                <div className="column-head">
                  <span className="column-name">{column.name}</span>
                  <span>{column.type}</span>
                </div>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column}>
                  {cell === null ? (
                    <span className="quiet" title={t("table.missing")}>
                      –
                    </span>
                  ) : (
                    <span className="cell-text">{cell}</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {found.more && <p className="quiet">{t("connection.more", { n: found.rows.length })}</p>}
    </div>
  );
}
