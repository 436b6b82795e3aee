// Where one is in a long list, and the ways to its neighbours.

import { number } from "../format";
import { useSettings } from "../settings";
import { Icon } from "./Icon";

interface PagerProps {
  page: number;
  size: number;
  total: number;
  onPage: (page: number) => void;
}

export function Pager({ page, size, total, onPage }: PagerProps) {
  const { t, language } = useSettings();
  const pages = Math.max(1, Math.ceil(total / size));
  const first = Math.min((page - 1) * size + 1, total);
  const last = Math.min(page * size, total);
  const n = (value: number) => number(value, language);
  return (
    <div className="pager">
      <span className="quiet">{t("pager.of", { first: n(first), last: n(last), total: n(total) })}</span>
      {pages > 1 && (
        <span className="row">
          <button
            type="button"
            className="button button-small"
            disabled={page <= 1}
            onClick={() => onPage(page - 1)}
          >
            {t("pager.before")}
          </button>
          <span className="quiet">{t("pager.page", { page: n(page), pages: n(pages) })}</span>
          <button
            type="button"
            className="button button-small"
            disabled={page >= pages}
            onClick={() => onPage(page + 1)}
          >
            {t("pager.after")} <Icon name="right" size={11} />
          </button>
        </span>
      )}
    </div>
  );
}
