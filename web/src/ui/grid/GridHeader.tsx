import type { SortKey } from "@/lib/url_state";
import { Icon } from "../icon/Icon";
import styles from "./Grid.module.css";

interface GridHeaderProps {
  columns: readonly { id: string; title: string; sortField?: string }[];
  sort: readonly SortKey[];
  onSort: (field: string, add: boolean) => void;
}

export function GridHeader({ columns, sort, onSort }: GridHeaderProps) {
  return (
    <div role="rowgroup" className={styles.header}>
      <div role="row" aria-rowindex={1} className={styles.headerRow}>
        {columns.map(({ id, title, sortField }) => {
          const index = sort.findIndex((key) => key.field === sortField);
          const key = sort[index];
          const direction = key === undefined ? "none" : key.descending ? "descending" : "ascending";
          if (sortField === undefined) {
            return (
              <div key={id} role="columnheader" className={styles.headerCell}>
                {title}
              </div>
            );
          }
          return (
            <div key={id} role="columnheader" aria-sort={direction} className={styles.headerCell}>
              <button
                type="button"
                className={styles.headerButton}
                title={`Sort by ${title.toLowerCase()} (Shift adds to the order)`}
                onClick={(event) => {
                  onSort(sortField, event.shiftKey);
                }}
              >
                {title}
                {key !== undefined && <Icon name={key.descending ? "arrow-down" : "arrow-up"} />}
                {key !== undefined && sort.length > 1 && <span className={styles.order}>{index + 1}</span>}
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}
