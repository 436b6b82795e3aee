// One image: its versions, and of the chosen one what it is made of, its contract and its log.

import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import * as routes from "../api/routes";
import type { Image, ImageVersion } from "../api/types";
import { usePoll } from "../api/usePoll";
import { useTail } from "../api/useTail";
import { Action } from "../components/Action";
import { AskDialog } from "../components/AskDialog";
import { Badge } from "../components/Badge";
import { Copy } from "../components/Copy";
import { Facts } from "../components/Facts";
import { Load } from "../components/Load";
import { RunLink } from "../components/links";
import { Log } from "../components/Log";
import { NewImageDialog } from "../components/NewImageDialog";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { Ago } from "../components/Time";
import { bytes } from "../format";
import { useText } from "../settings";

const PARTS = ["build", "check", "keep"] as const;

export function ImagePage() {
  const t = useText();
  const { name = "" } = useParams();
  const asked = usePoll(`image ${name}`, (signal) => routes.image(name, signal), 3000);
  return (
    <>
      <Load from={asked}>{(image) => <Shown image={image} refresh={asked.refresh} />}</Load>
      {asked.data === undefined && (
        <Head title={name} crumbs={[{ to: "/images", name: t("nav.images") }]} />
      )}
    </>
  );
}

function Shown({ image, refresh }: { image: Image; refresh: () => Promise<void> }) {
  const t = useText();
  const [number, setNumber] = useState<number>();
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const navigate = useNavigate();
  const version = image.versions.find((one) => one.version === number) ?? image.versions[0];
  return (
    <>
      <Head
        title={image.name}
        crumbs={[{ to: "/images", name: t("nav.images") }]}
        actions={
          <Action
            kind="primary"
            permission={image.permissions["image.build"]}
            onClick={() => setMaking(true)}
          >
            {t("image.new.version")}
          </Action>
        }
      />
      <Panel title={t("image.versions")} flush>
        <Table
          label={t("image.versions")}
          rows={image.versions}
          rowKey={(one) => String(one.version)}
          columns={[
            {
              key: "version",
              title: t("image.version"),
              cell: (one) => (
                <button
                  type="button"
                  className="button button-small"
                  aria-pressed={one.version === version?.version}
                  onClick={() => setNumber(one.version)}
                >
                  v{one.version}
                </button>
              ),
            },
            { key: "state", title: t("state"), cell: (one) => <Badge state={one.state} /> },
            { key: "about", title: t("image.description"), cell: (one) => one.description },
            {
              key: "created",
              title: t("created"),
              cell: (one) => (
                <>
                  <Ago time={one.created} /> <span className="quiet">{one.created_by}</span>
                </>
              ),
            },
          ]}
        />
      </Panel>
      {version && (
        <Panel
          title={`${version.name}@v${version.version}`}
          actions={
            <>
              {version.digest !== null && (
                <a className="button button-small" href={routes.imageArchive(image.name, version.version)} download>
                  {t("image.export")}
                </a>
              )}
              <Action
                kind="small"
                permission={image.permissions["image.delete"]}
                obstacle={version.state === "building" ? t("image.delete.building") : undefined}
                onClick={() => setDeleting(true)}
              >
                {t("image.delete")}
              </Action>
            </>
          }
        >
          <Detail version={version} />
        </Panel>
      )}
      {version && <BuildLog key={version.version} version={version} />}
      {making && (
        <NewImageDialog
          name={image.name}
          images={[{ name: image.name, latest: latest(image) }]}
          onClose={() => setMaking(false)}
          onMade={refresh}
        />
      )}
      {deleting && version && (
        <AskDialog
          title={t("image.delete.title", { name: `${version.name}@v${version.version}` })}
          verb={t("image.delete")}
          kind="danger"
          permission={image.permissions["image.delete"]}
          act={async () => {
            await routes.deleteImage(version.name, version.version);
            setDeleting(false);
            if (image.versions.length > 1) await refresh();
            else await navigate("/images");
          }}
          onClose={() => setDeleting(false)}
        >
          <p>{t("image.delete.effect")}</p>
        </AskDialog>
      )}
    </>
  );
}

function latest(image: Image): number | null {
  return image.versions.find((one) => one.state === "ready")?.version ?? null;
}

function Detail({ version }: { version: ImageVersion }) {
  const t = useText();
  const places = Object.entries(version.places);
  return (
    <>
      {version.reason && (
        <p className="failure" role="alert">
          {version.reason}
        </p>
      )}
      <Facts
        facts={[
          [t("state"), <Badge key="state" state={version.state} />],
          version.run_id !== null && [
            t("run"),
            <RunLink key="run" run={{ run_id: version.run_id }} />,
          ],
          version.digest !== null && [t("image.digest"), <code key="digest">{version.digest}</code>],
          version.size !== null && [t("image.size"), bytes(version.size)],
          version.platform !== null && [t("image.platform"), version.platform],
          version.loaded_as !== null && [
            t("image.loaded.as"),
            <span key="loaded" className="row">
              <code>{version.loaded_as}</code>
              <Copy text={version.loaded_as} />
            </span>,
          ],
        ]}
      />
      <h3>{t("image.recipe")}</h3>
      <pre className="log">{JSON.stringify(version.recipe, null, 2)}</pre>
      {version.findings.length > 0 && (
        <>
          <h3>{t("image.contract")}</h3>
          <ul>
            {version.findings.map((point) => (
              <li key={point.sentence}>
                <Badge state={point.passed ? "accepted" : "refused"} /> {point.sentence}
              </li>
            ))}
          </ul>
        </>
      )}
      {places.length > 0 && (
        <>
          <h3>{t("nav.pools")}</h3>
          <Facts facts={places.map(([pool, name]) => [pool, <code key={pool}>{name}</code>])} />
        </>
      )}
    </>
  );
}

function BuildLog({ version }: { version: ImageVersion }) {
  const t = useText();
  const [part, setPart] = useState<(typeof PARTS)[number]>("build");
  const { name, version: number } = version;
  const tail = useTail(`image log ${name} ${number} ${part}`, async (next, signal) => {
    const piece = await routes.imageLog(name, number, part, next ?? 0, signal);
    return { text: piece.text, next: piece.next_offset, ended: piece.ended };
  });
  return (
    <Panel
      title={t("image.log")}
      actions={PARTS.map((one) => (
        <button
          key={one}
          type="button"
          className="button button-small"
          aria-pressed={one === part}
          onClick={() => setPart(one)}
        >
          {t(`image.log.${one}`)}
        </button>
      ))}
    >
      <Log tail={tail} label={t("image.log")} />
    </Panel>
  );
}
