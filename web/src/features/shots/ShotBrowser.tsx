import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useRef } from "react";
import type { Shot } from "@/api/schema";
import { type State, statesQuery } from "@/api/workflow_queries";
import { formatCount, plural } from "@/lib/format";
import { toggleSort } from "@/lib/url_state";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { FacetMenu } from "@/ui/FacetMenu";
import { Grid } from "@/ui/grid/Grid";
import { useKeys } from "@/ui/keymap/use_keys";
import { Skeleton } from "@/ui/Skeleton";
import { StateBadge } from "@/ui/StateBadge";
import { TextFilter } from "@/ui/TextFilter";
import { shotColumns } from "./columns";
import { shotsQuery } from "./shot_queries";
import { countBy, filterShots, isFiltered, sequenceOf, type ShotView, sortShots } from "./shot_view";
import styles from "./shots.module.css";

const NO_SHOTS: readonly Shot[] = [];
const NO_STATES: State[] = [];

interface ShotBrowserProps {
  project: string;
  view: ShotView;
  onView: (view: ShotView) => void;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  onEnter: (id: string) => void;
  /** Acts that make more shots. */
  acts?: ReactNode;
}

/** All shots of a project as they stand in the film, with filters and orders. */
export function ShotBrowser({ project, view, onView, selected, onSelect, onEnter, acts }: ShotBrowserProps) {
  const { data, error, isPending, refetch } = useQuery(shotsQuery(project));
  const { data: states = NO_STATES } = useQuery(statesQuery(project, "shot"));
  const all = data ?? NO_SHOTS;
  const columns = useMemo(() => shotColumns((code) => states.find((state) => state.code === code)), [states]);
  const rows = useMemo(() => sortShots(filterShots(all, view), view.sort, states), [all, view, states]);
  const sequences = useMemo(() => countBy(all, sequenceOf), [all]);
  const statuses = useMemo(() => countBy(all, ({ status }) => status), [all]);
  const filtered = isFiltered(view);
  const text = useRef<HTMLInputElement>(null);
  useKeys([{ id: "shots.filter", context: "page", keys: ["f"], label: "Filter by text", run: () => { text.current?.focus(); return true; } }]);
  const clear = () => {
    onView({ ...view, text: "", sequences: [], statuses: [] });
  };

  return (
    <section className={styles.list} aria-label="Shots">
      <div className={styles.filters} role="search" aria-label="Filter the shots">
        <TextFilter ref={text} label="Filter by text" value={view.text} onChange={(value) => { onView({ ...view, text: value }); }} />
        <FacetMenu
          title="Sequence"
          terms={[...sequences.keys()].map((code) => ({ code, name: code }))}
          chosen={view.sequences}
          counts={sequences}
          onChange={(chosen) => { onView({ ...view, sequences: chosen }); }}
        />
        <FacetMenu
          title="Status"
          terms={states}
          chosen={view.statuses}
          counts={statuses}
          icon={(code) => <StateBadge code={code} state={states.find((state) => state.code === code)} bare />}
          onChange={(chosen) => { onView({ ...view, statuses: chosen }); }}
        />
        {filtered && <Button kind="quiet" icon="close" onClick={clear}>Clear</Button>}
        <p className={styles.count} aria-live="polite">
          {data !== undefined && (rows.length === all.length ? plural(all.length, "shot") : `${formatCount(rows.length)} of ${plural(all.length, "shot")}`)}
        </p>
        {acts}
      </div>
      {error !== null && data === undefined ? (
        <ErrorState large error={error} onRetry={() => void refetch()} />
      ) : isPending ? (
        <div className={styles.loading} role="status" aria-label="Loading the shots">
          <Skeleton width="60%" />
          <Skeleton width="50%" />
        </div>
      ) : rows.length === 0 ? (
        <EmptyState
          icon="film"
          title={filtered ? "No shot matches" : "No shots yet"}
          cause={filtered ? `The filter hides everything in this project (${String(all.length)}).` : "Bring in an edit, or a table with “bifrost import csv”."}
        >
          {filtered ? <Button onClick={clear}>Clear the filter</Button> : acts}
        </EmptyState>
      ) : (
        <Grid
          label="Shots"
          columns={columns}
          rows={rows}
          nameOf={(shot) => shot.code}
          total={rows.length}
          opened={selected}
          onPeek={(shot) => { onSelect(shot?.id); }}
          onEnter={(shot) => { onEnter(shot.id); }}
          sort={view.sort}
          onSort={(field, add) => { onView({ ...view, sort: toggleSort(view.sort, field, add) }); }}
        />
      )}
    </section>
  );
}
