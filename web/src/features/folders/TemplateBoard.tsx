import { useQuery } from "@tanstack/react-query";
import type { FolderTemplate } from "@/api/schema";
import { formatTerm } from "@/lib/format";
import { ErrorState } from "@/ui/ErrorState";
import { Skeleton } from "@/ui/Skeleton";
import { templatesQuery } from "./folder_queries";
import { TemplateEditor } from "./TemplateEditor";
import styles from "./folders.module.css";

const keyOf = ({ data_type, entity_kind }: FolderTemplate) => `${data_type}.${entity_kind}`;

interface TemplateBoardProps {
  project: string;
  mayChange: boolean;
  /** Which one is open, `work.asset`. */
  open: string | undefined;
  onOpen: (key: string | undefined) => void;
}

/** The templates that hold in the project, by kind of entity; one of them may be open to be changed. */
export function TemplateBoard({ project, mayChange, open, onOpen }: TemplateBoardProps) {
  const templates = useQuery(templatesQuery(project));
  const all = templates.data?.data ?? [];
  const opened = all.find((one) => keyOf(one) === open);
  const kinds = [...new Set(all.map(({ entity_kind }) => entity_kind))];
  return (
    <div className={styles.templates}>
      <section className={styles.board} aria-label="Templates">
        {templates.isPending && <Skeleton width="60%" height={14} />}
        {templates.error !== null && <ErrorState large error={templates.error} onRetry={() => void templates.refetch()} />}
        {kinds.map((kind) => (
          <div key={kind}>
            <h2 className={styles.small}>{formatTerm(kind)}</h2>
            <ul className={styles.findings} aria-label={`Templates of ${kind}`}>
              {all
                .filter((one) => one.entity_kind === kind)
                .map((one) => (
                  <li key={keyOf(one)}>
                    <button
                      type="button"
                      className={styles.template}
                      aria-pressed={keyOf(one) === open}
                      onClick={() => {
                        onOpen(keyOf(one) === open ? undefined : keyOf(one));
                      }}
                    >
                      <span className={styles.code}>{one.data_type}</span>
                      <span className={styles.path}>{one.pattern}</span>
                      <span className={styles.detail}>{one.id === null ? "as shipped" : "the project's own"}</span>
                    </button>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </section>
      {opened !== undefined && (
        <TemplateEditor
          key={`${keyOf(opened)} ${String(opened.revision)}`}
          project={project}
          holds={opened}
          mayChange={mayChange}
          onClose={() => {
            onOpen(undefined);
          }}
        />
      )}
    </div>
  );
}
