import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { formatTerm, plural } from "@/lib/format";
import { toasts } from "@/lib/toasts";
import { undoStack } from "@/lib/undo";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { FacetMenu } from "@/ui/FacetMenu";
import { showProblem } from "@/ui/problem_toast";
import { Skeleton } from "@/ui/Skeleton";
import { TextFilter } from "@/ui/TextFilter";
import { type BreakdownAsset, type BreakdownShot, type Filter, filterMatrix, type Matrix, sequenceOf } from "./breakdown_model";
import { breakdownQuery, setOccurrences } from "./breakdown_queries";
import { BreakdownGrid } from "./BreakdownGrid";
import { CastAsset } from "./CastAsset";
import styles from "./breakdown.module.css";

function counts(items: readonly string[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const item of items) all.set(item, (all.get(item) ?? 0) + 1);
  return all;
}

interface BreakdownBoardProps {
  project: string;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  mayUpdate: boolean;
  onEnter: (shotId: string) => void;
}

/** Which assets play in which shots, to be read and typed into. */
export function BreakdownBoard({ project, filter, onFilter, mayUpdate, onEnter }: BreakdownBoardProps) {
  const queries = useQueryClient();
  const { queryKey } = breakdownQuery(project);
  const { data: matrix, error, refetch } = useQuery(breakdownQuery(project));
  const [casting, setCasting] = useState(false);
  const text = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => (matrix === undefined ? undefined : filterMatrix(matrix, filter)), [matrix, filter]);

  const put = (change: (matrix: Matrix) => Matrix) => {
    queries.setQueryData<Matrix>(queryKey, (now) => (now === undefined ? now : change(now)));
  };
  const set = (shot: BreakdownShot, asset: BreakdownAsset, wanted: number) => {
    const before = matrix?.cell(shot.id, asset.id);
    if ((before?.inherited === false ? before.occurrences : 0) === wanted && before?.inherited !== true) return;
    put((now) => now.with(shot.id, asset.id, wanted));
    setOccurrences(shot.id, asset.id, wanted).then(
      (was) => {
        if (was === wanted) return;
        const step = {
          label: `${asset.name} in ${shot.code}`,
          undo: async () => {
            await setOccurrences(shot.id, asset.id, was);
            await queries.invalidateQueries({ queryKey });
          },
        };
        undoStack.push(step);
        // What the sequence casts comes back when the shot's own row is gone.
        if (before?.inherited === true || wanted === 0) void queries.invalidateQueries({ queryKey });
      },
      (failed: unknown) => {
        showProblem(failed, { label: "Try again", run: () => { set(shot, asset, wanted); } });
        void queries.invalidateQueries({ queryKey });
      },
    );
  };

  if (error !== null && matrix === undefined) return <ErrorState large error={error} onRetry={() => void refetch()} />;
  return (
    <section className={styles.page} aria-label="Breakdown">
      <div className={styles.bar} role="search" aria-label="Filter the breakdown">
        <TextFilter ref={text} label="Filter assets by text" value={filter.text} onChange={(value) => { onFilter({ ...filter, text: value }); }} />
        <FacetMenu
          title="Sequence"
          terms={[...new Set(matrix?.shots.map(sequenceOf) ?? [])].map((code) => ({ code, name: code }))}
          chosen={filter.sequences}
          counts={counts(matrix?.shots.map(sequenceOf) ?? [])}
          onChange={(sequences) => { onFilter({ ...filter, sequences }); }}
        />
        <FacetMenu
          title="Type"
          terms={[...new Set(matrix?.assets.map(({ type }) => type) ?? [])].map((code) => ({ code, name: formatTerm(code) }))}
          chosen={filter.types}
          counts={counts(matrix?.assets.map(({ type }) => type) ?? [])}
          onChange={(types) => { onFilter({ ...filter, types }); }}
        />
        <p className={styles.count} aria-live="polite">
          {shown !== undefined && `${plural(shown.shots.length, "shot")} × ${plural(shown.assets.length, "asset")}`}
        </p>
        {mayUpdate && <Button icon="plus" onClick={() => { setCasting(true); }}>Cast an asset</Button>}
      </div>
      {shown === undefined || matrix === undefined ? (
        <div className={styles.loading} role="status" aria-label="Loading the breakdown">
          <Skeleton width="80%" height={120} />
        </div>
      ) : shown.shots.length === 0 || shown.assets.length === 0 ? (
        <EmptyState
          icon="view-table"
          title={matrix.shots.length === 0 ? "No shots yet" : matrix.assets.length === 0 ? "Nothing is cast yet" : "The filter hides everything"}
          cause={matrix.shots.length === 0 ? "Bring in an edit first." : matrix.assets.length === 0 ? "Cast an asset and type how often it plays." : "Other sequences or types have more."}
        >
          {matrix.shots.length > 0 && matrix.assets.length > 0 && <Button onClick={() => { onFilter({ text: "", sequences: [], types: [] }); }}>Clear the filter</Button>}
        </EmptyState>
      ) : (
        <BreakdownGrid matrix={matrix} shots={shown.shots} assets={shown.assets} mayUpdate={mayUpdate} onSet={set} onEnter={(shot) => { onEnter(shot.id); }} />
      )}
      {mayUpdate && <p className={styles.hint}>Type a number for how often it plays, Delete for not at all; italics come from the sequence or the episode, a dot is a pinned version.</p>}
      {casting && (
        <CastAsset
          project={project}
          onClose={() => { setCasting(false); }}
          onChoose={(asset) => {
            setCasting(false);
            put((now) => now.withAsset(asset));
            toasts.show({ tone: "info", text: `${asset.name} has the last column now: type into it.` });
          }}
        />
      )}
    </section>
  );
}
