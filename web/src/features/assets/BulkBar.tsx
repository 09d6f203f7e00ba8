import { type FormEvent, useState } from "react";
import { plural } from "@/lib/format";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Icon } from "@/ui/icon/Icon";
import { titleWithKey, useKeyNames } from "@/ui/keymap/use_key_names";
import { useKeys } from "@/ui/keymap/use_keys";
import { Menu } from "@/ui/Menu";
import { StateBadge } from "@/ui/StateBadge";
import type { AssetRow, AssetTable } from "./asset_table";
import styles from "./assets.module.css";
import { changeStatus, changeTags } from "./bulk";
import { TagField } from "./TagField";
import { useBulk } from "./use_bulk";
import type { Vocabulary } from "./use_vocabulary";

interface BulkBarProps {
  project: string;
  table: AssetTable;
  picked: readonly AssetRow[];
  vocabulary: Vocabulary;
  knownTags: readonly string[];
  mayUpdate: boolean;
  onClear: () => void;
}

/** How many of the picked ones carry each of their tags. */
function tagsOf(picked: readonly AssetRow[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { tags } of picked) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}

/** What can be done with all that is picked. */
export function BulkBar({ project, table, picked, vocabulary, knownTags, mayUpdate, onClear }: BulkBarProps) {
  const { busy, run, refused, forget } = useBulk();
  const [tagging, setTagging] = useState(false);
  const tagKey = useKeyNames("assets.tags");
  const clearKey = useKeyNames("grid.none");
  const [added, setAdded] = useState<readonly string[]>([]);
  const [removed, setRemoved] = useState<readonly string[]>([]);
  const openTags = () => {
    setAdded([]);
    setRemoved([]);
    setTagging(true);
  };
  useKeys([
    {
      id: "assets.tags",
      context: "grid",
      keys: ["l"],
      label: "Labels: tags of what is picked",
      run: () => {
        if (picked.length > 0 && mayUpdate) openTags();
        return picked.length > 0;
      },
    },
  ]);
  if (picked.length === 0) return null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (added.length + removed.length === 0) return;
    setTagging(false);
    void run(() => changeTags(project, table, picked, added, removed));
  };
  const blocked = new Set(refused?.conflicts.map(({ id }) => id));

  return (
    <div className={styles.bulk} role="region" aria-label="Picked assets">
      <p className={styles.bulkCount}>{plural(picked.length, "asset")} picked</p>
      {mayUpdate && (
        <>
          <Menu
            label="Status of all"
            side="above"
            button={
              <>
                Status
                <Icon name="chevron-down" />
              </>
            }
            items={vocabulary.states.map((state) => ({
              id: state.code,
              label: state.name,
              icon: <StateBadge code={state.code} state={state} bare />,
              onSelect: () => void run(() => changeStatus(project, table, picked, state.code, state.name)),
            }))}
          />
          <Button kind="quiet" icon="tag" onClick={openTags} disabled={busy} title={titleWithKey("Tags", tagKey)}>
            Tags
          </Button>
        </>
      )}
      <Button kind="quiet" icon="close" onClick={onClear} title={titleWithKey("Let go of all", clearKey)}>
        Clear
      </Button>
      <Dialog title={`Tags of ${plural(picked.length, "asset")}`} size="small" open={tagging} onClose={() => { setTagging(false); }}>
        <form className={styles.tagForm} onSubmit={submit}>
          <TagField label="Add" tags={added} onChange={setAdded} known={knownTags} autoFocus />
          <fieldset className={styles.tagSet}>
            <legend>Take away</legend>
            {tagsOf(picked).length === 0 && <p className={styles.dim}>None of them has a tag.</p>}
            {tagsOf(picked).map(([tag, count]) => (
              <label key={tag} className={styles.tagChoice}>
                <input
                  type="checkbox"
                  checked={removed.includes(tag)}
                  onChange={(event) => {
                    setRemoved(event.target.checked ? [...removed, tag] : removed.filter((other) => other !== tag));
                  }}
                />
                <span dir="auto">{tag}</span>
                <span className={styles.dim}>{count}</span>
              </label>
            ))}
          </fieldset>
          <Button kind="primary" type="submit" disabled={added.length + removed.length === 0}>
            Change the tags
          </Button>
        </form>
      </Dialog>
      <Dialog title="Nothing was changed" open={refused !== undefined} onClose={forget}>
        <p>{refused?.problem.detail}</p>
        <ul className={styles.conflicts} tabIndex={0} aria-label="Those that stood in the way">
          {refused?.conflicts.map(({ id, detail }) => (
            <li key={id}>
              <strong dir="auto">{table.get(id)?.name ?? id}</strong> {detail}
            </li>
          ))}
        </ul>
        <p className={styles.dim}>
          {blocked.size < picked.length
            ? `The other ${plural(picked.length - blocked.size, "asset")} can be: let go of these and try again.`
            : "None of the picked ones can make this move."}
        </p>
      </Dialog>
    </div>
  );
}
