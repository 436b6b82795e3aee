// A file that is sent to the server: chosen or dropped, with how far it is.

import { useEffect, useId, useRef, useState } from "react";

import { upload } from "../../api/upload";
import { bytes, percent } from "../../format";
import type { Key } from "../../messages";
import { useSettings } from "../../settings";
import { Icon } from "../Icon";
import { errorText } from "../Load";

interface UploadFieldProps {
  /** Id of the upload, once it is there. */
  upload: string;
  problem: Key | undefined;
  onUpload: (id: string) => void;
}

/** The file is sent as soon as it is chosen. */
export function UploadField({ upload: there, problem, onUpload }: UploadFieldProps) {
  const { t, language } = useSettings();
  const id = useId();
  const [sent, setSent] = useState<{ name: string; size: number; bytes: number }>();
  const [error, setError] = useState<unknown>();
  const under = useRef<AbortController>(undefined);
  useEffect(() => () => under.current?.abort(), []);

  async function take(file: File | undefined) {
    if (file === undefined) return;
    under.current?.abort();
    const mine = new AbortController();
    under.current = mine;
    setError(undefined);
    setSent({ name: file.name, size: file.size, bytes: 0 });
    onUpload("");
    try {
      const onProgress = (now: number) => setSent({ name: file.name, size: file.size, bytes: now });
      const found = await upload({ file, onProgress, signal: mine.signal });
      setSent({ name: file.name, size: file.size, bytes: file.size });
      onUpload(found);
    } catch (wrong) {
      if (!mine.signal.aborted) setError(wrong);
    }
  }

  return (
    <div className="stack">
      <label
        className="drop"
        htmlFor={id}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer.files[0]);
        }}
      >
        <Icon name="upload" size={24} />
        <span>
          <strong>{sent?.name ?? t("import.file.none")}</strong>
          <span className="quiet">
            {sent
              ? `${bytes(sent.bytes)} / ${bytes(sent.size)} · ${percent(sent.size ? sent.bytes / sent.size : 1, language)}`
              : t("import.file.choose")}
          </span>
        </span>
        <input
          id={id}
          type="file"
          className="visually-hidden"
          onChange={(event) => void take(event.target.files?.[0])}
        />
      </label>
      {sent && sent.size > 0 && (
        <progress max={sent.size} value={sent.bytes} aria-label={t("import.progress")} />
      )}
      {there && (
        <p role="status" className="row tone-good connection-said">
          <Icon name="check" size={14} /> {t("import.file.there")}
        </p>
      )}
      {problem && (
        <p className="field-error" role="alert">
          {t(problem)}
        </p>
      )}
      {error !== undefined && (
        <p className="failure" role="alert">
          {errorText(error, t("error.away"))}
        </p>
      )}
    </div>
  );
}
