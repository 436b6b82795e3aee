// A campaign as a run that waits for it shows it: where it is, and how far.

import { Link } from "react-router";

import * as routes from "../../api/routes";
import { usePoll } from "../../api/usePoll";
import { useText } from "../../settings";

export function CampaignLink({ name }: { name: string }) {
  const t = useText();
  const { data } = usePoll(`campaign ${name}`, (signal) => routes.campaign(name, signal), 5000);
  return (
    <span className="row">
      <Link to={`/labelling/${name}`}>{name}</Link>
      {data && (
        <span className="quiet">
          {t("campaign.approved.of", { approved: data.approved_samples, samples: data.samples })}
        </span>
      )}
    </span>
  );
}
