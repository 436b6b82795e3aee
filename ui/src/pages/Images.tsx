// All images of people's own: what runs jobs, nodes in pods and services beside the pools' images.

import { useState } from "react";
import { Link } from "react-router";

import * as routes from "../api/routes";
import type { ImageBrief } from "../api/types";
import { usePoll } from "../api/usePoll";
import { Action } from "../components/Action";
import { Badge } from "../components/Badge";
import { Empty, Load } from "../components/Load";
import { NewImageDialog } from "../components/NewImageDialog";
import { Head, Panel } from "../components/Page";
import { Table } from "../components/Table";
import { Ago } from "../components/Time";
import { useIdentity } from "../identity";
import { useText } from "../settings";

export function Images() {
  const t = useText();
  const { session } = useIdentity();
  const asked = usePoll("images", routes.images, 5000);
  const [making, setMaking] = useState(false);
  const permission = session.permissions["image.build"];
  return (
    <>
      <Head
        title={t("nav.images")}
        about={t("images.about")}
        actions={
          <Action kind="primary" permission={permission} onClick={() => setMaking(true)}>
            {t("image.new")}
          </Action>
        }
      />
      <Load from={asked}>
        {(images) =>
          images.length === 0 ? (
            <Empty title={t("images.none")}>{t("images.none.how")}</Empty>
          ) : (
            <Panel flush>
              <ImagesTable images={images} />
            </Panel>
          )
        }
      </Load>
      {making && (
        <NewImageDialog
          images={asked.data ?? []}
          onClose={() => setMaking(false)}
          onMade={asked.refresh}
        />
      )}
    </>
  );
}

function ImagesTable({ images }: { images: readonly ImageBrief[] }) {
  const t = useText();
  return (
    <Table
      label={t("nav.images")}
      rows={images}
      rowKey={(image) => image.name}
      columns={[
        {
          key: "name",
          title: t("name"),
          cell: (image) => (
            <div className="name-cell">
              <Link to={`/images/${image.name}`}>{image.name}</Link>
              {image.description && <span className="quiet">{image.description}</span>}
            </div>
          ),
        },
        {
          key: "latest",
          title: t("image.latest"),
          cell: (image) =>
            image.latest === null ? <span className="quiet">–</span> : `v${image.latest}`,
        },
        { key: "state", title: t("image.newest"), cell: (image) => <Badge state={image.state} /> },
        { key: "uses", title: t("image.uses"), cell: (image) => image.uses.map((use) => t(`image.use.${use}`)).join(", ") },
        { key: "pools", title: t("nav.pools"), cell: (image) => image.pools.join(", ") },
        {
          key: "created",
          title: t("created"),
          cell: (image) => (
            <>
              <Ago time={image.created} /> <span className="quiet">{image.created_by}</span>
            </>
          ),
        },
      ]}
    />
  );
}
