// A picture for an image service: chosen, dropped, or the one that the package was checked with.

import { type DragEvent, useId, useState } from "react";

import { pictureBody, picturePreview, sampleImage, tooLarge } from "../forms/picture";
import { bytes } from "../format";
import { useText } from "../settings";
import { Action } from "./Action";
import { Icon } from "./Icon";
import type { Trial } from "./TryService";

export function TryPicture({ service, sample, busy, send }: Trial) {
  const t = useText();
  const id = useId();
  const multi = service.schema?.task === "multi_label";
  const [image, setImage] = useState(() => sampleImage(sample));
  const [name, setName] = useState<string>();
  const [limit, setLimit] = useState(
    multi ? String(service.schema?.threshold ?? 0.5) : String(Math.min(6, classCount(service))),
  );
  const [problem, setProblem] = useState<string>();

  async function take(file: File | undefined) {
    if (file === undefined) return;
    if (tooLarge(file.size)) {
      setProblem(t("picture.large", { size: bytes(file.size) }));
      return;
    }
    setProblem(undefined);
    setImage(await base64(file));
    setName(file.name);
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    void take(event.dataTransfer.files[0]);
  }

  const shown = image && picturePreview(image);
  return (
    <form className="try-form" onSubmit={(event) => event.preventDefault()}>
      <label
        className="drop"
        htmlFor={id}
        onDragOver={(event) => event.preventDefault()}
        onDrop={drop}
      >
        {shown ? (
          <img src={shown} alt={name ?? t("picture.sample")} />
        ) : (
          <Icon name="upload" size={24} />
        )}
        <span>
          <strong>{name ?? (shown ? t("picture.sample") : t("picture.none"))}</strong>
          <span className="quiet">{t("picture.choose")}</span>
        </span>
        <input
          id={id}
          type="file"
          accept="image/*"
          className="visually-hidden"
          onChange={(event) => void take(event.target.files?.[0])}
        />
      </label>
      {problem && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
      <label className="field field-short">
        <span className="field-name">{t(multi ? "picture.threshold" : "picture.top")}</span>
        <input
          type="number"
          min={multi ? 0 : 1}
          max={multi ? 1 : classCount(service)}
          step={multi ? 0.01 : 1}
          value={limit}
          onChange={(event) => setLimit(event.target.value)}
        />
      </label>
      <div className="row">
        <Action
          kind="primary"
          permission={service.permissions["service.try"]}
          obstacle={image ? undefined : t("picture.none")}
          busy={busy}
          onClick={() => image && send(pictureBody(image, multi, limit))}
        >
          {t("try.send")}
        </Action>
      </div>
    </form>
  );
}

function classCount(service: Trial["service"]): number {
  return service.schema?.classes?.length ?? 6;
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
}
