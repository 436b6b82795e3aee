// The form for a version of an image: where it comes from, what is added, where it may be used.

import { useState } from "react";
import { useNavigate } from "react-router";

import * as routes from "../api/routes";
import type { Recipe } from "../api/types";
import { useIdentity } from "../identity";
import { useText } from "../settings";
import { AskDialog } from "./AskDialog";
import { UploadField } from "./dataset/UploadField";

const WAYS = ["base", "upload", "pull", "dockerfile"] as const;
type Way = (typeof WAYS)[number];
const USES = ["job", "service"] as const;
type Use = (typeof USES)[number];

interface NewImageDialogProps {
  /** Of the image that gets a version; none for a new image. */
  name?: string;
  images: readonly { name: string; latest: number | null }[];
  onClose: () => void;
  onMade: () => Promise<void>;
}

export function NewImageDialog({ name: given, images, onClose, onMade }: NewImageDialogProps) {
  const t = useText();
  const { session } = useIdentity();
  const navigate = useNavigate();
  const bases = images.filter((image) => image.latest !== null);
  const [name, setName] = useState(given ?? "");
  const [description, setDescription] = useState("");
  const [way, setWay] = useState<Way>(bases.length > 0 ? "base" : "upload");
  const [base, setBase] = useState(bases[0]?.name ?? "");
  const [upload, setUpload] = useState("");
  const [pull, setPull] = useState("");
  const [dockerfile, setDockerfile] = useState("");
  const [pip, setPip] = useState("");
  const [apt, setApt] = useState("");
  const [uses, setUses] = useState<readonly Use[]>(["job"]);

  const from = { base, upload, pull, dockerfile }[way].trim();
  const asRoot = way === "dockerfile" || (way === "base" && lines(apt).length > 0);
  const permission = session.permissions[asRoot ? "image.build_as_root" : "image.build"];
  const obstacle = !name.trim()
    ? t("image.name.needed")
    : !from
      ? t("image.from.needed")
      : uses.length === 0
        ? t("image.uses.needed")
        : undefined;

  async function act() {
    const added = way === "base" ? { pip: lines(pip), apt: lines(apt) } : { pip: [], apt: [] };
    const none = { base: null, upload: null, pull: null, dockerfile: null };
    const recipe: Recipe = { ...none, [way]: from, ...added, uses: [...uses], pools: [] };
    const body = { name: name.trim(), description: description.trim(), recipe };
    const made = await routes.buildImage(body);
    onClose();
    await onMade();
    navigate(`/images/${made.name}`);
  }

  return (
    <AskDialog
      title={given ? t("image.new.version") : t("image.new")}
      verb={t("image.build")}
      kind="primary"
      permission={permission}
      obstacle={obstacle}
      act={act}
      onClose={onClose}
    >
      <label className="field">
        <span className="field-name">{t("name")}</span>
        <input
          autoFocus={!given}
          maxLength={40}
          value={name}
          readOnly={given !== undefined}
          onChange={(event) => setName(event.target.value)}
        />
        <span className="field-help">{t("image.name.help")}</span>
      </label>
      <label className="field">
        <span className="field-name">{t("image.description")}</span>
        <input
          maxLength={500}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </label>
      <label className="field">
        <span className="field-name">{t("image.way")}</span>
        <select value={way} onChange={(event) => setWay(event.target.value as Way)}>
          {WAYS.map((one) => (
            <option key={one} value={one}>
              {t(`image.way.${one}`)}
            </option>
          ))}
        </select>
      </label>
      {way === "base" && (
        <>
          <label className="field">
            <span className="field-name">{t("image.base")}</span>
            <select value={base} onChange={(event) => setBase(event.target.value)}>
              {bases.map((image) => (
                <option key={image.name} value={image.name}>
                  {`${image.name}@v${image.latest}`}
                </option>
              ))}
            </select>
          </label>
          <Text name={t("image.pip")} help={t("image.pip.help")} value={pip} onChange={setPip} />
          <Text name={t("image.apt")} help={t("image.apt.help")} value={apt} onChange={setApt} />
        </>
      )}
      {way === "upload" && (
        <UploadField upload={upload} problem={undefined} onUpload={setUpload} />
      )}
      {way === "pull" && (
        <label className="field">
          <span className="field-name">{t("image.pull")}</span>
          <input value={pull} onChange={(event) => setPull(event.target.value)} />
          <span className="field-help">{t("image.pull.help")}</span>
        </label>
      )}
      {way === "dockerfile" && (
        <Text
          name={t("image.dockerfile")}
          help={t("image.dockerfile.help")}
          value={dockerfile}
          onChange={setDockerfile}
        />
      )}
      <fieldset className="field">
        <legend className="field-name">{t("image.uses")}</legend>
        {USES.map((use) => (
          <label key={use} className="row">
            <input
              type="checkbox"
              checked={uses.includes(use)}
              onChange={(event) =>
                setUses(event.target.checked ? [...uses, use] : uses.filter((one) => one !== use))
              }
            />
            {t(`image.use.${use}`)}
          </label>
        ))}
      </fieldset>
    </AskDialog>
  );
}

interface TextProps {
  name: string;
  help: string;
  value: string;
  onChange: (value: string) => void;
}

function Text({ name, help, value, onChange }: TextProps) {
  return (
    <label className="field">
      <span className="field-name">{name}</span>
      <textarea
        rows={5}
        className="mono"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <span className="field-help">{help}</span>
    </label>
  );
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
