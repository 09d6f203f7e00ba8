import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Project } from "@/api/schema";
import { plural } from "@/lib/format";
import { Button, IconButton } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Skeleton } from "@/ui/Skeleton";
import { TextFilter } from "@/ui/TextFilter";
import { ProjectCard, ProjectRow } from "./ProjectCard";
import { projectsQuery } from "./project_queries";
import { matchingProjects, type ProjectSearch } from "./project_view";
import styles from "./projects.module.css";

interface ProjectBrowserProps {
  search: ProjectSearch;
  onSearch: (change: ProjectSearch) => void;
  /** Undefined when one may not. */
  onCreate: (() => void) | undefined;
  link: (project: Project, children: ReactNode, className: string | undefined) => ReactNode;
}

function Table({ projects, link }: { projects: readonly Project[]; link: ProjectBrowserProps["link"] }) {
  return (
    <div className={styles.tableFrame} tabIndex={0} role="region" aria-label="Projects">
      <table className={styles.table}>
        <thead>
          <tr>
            {["Name", "Code", "Status", "Kind", "Format", "Updated"].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {projects.map((project) => (
            <ProjectRow key={project.id} project={project} link={link} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** All projects that one may see, as cards or as a table. */
export function ProjectBrowser({ search, onSearch, onCreate, link }: ProjectBrowserProps) {
  const { data: projects, error, refetch } = useQuery(projectsQuery);
  const text = search.q ?? "";
  const shown = matchingProjects(projects ?? [], text);
  const table = search.view === "table";
  const filterBy = (q: string) => {
    onSearch({ ...(table && { view: "table" }), ...(q !== "" && { q }) });
  };
  const create = onCreate !== undefined && (
    <Button kind="primary" icon="plus" onClick={onCreate}>
      New project
    </Button>
  );

  return (
    <section className={styles.browser} aria-label="Projects">
      <div className={styles.head}>
        <h1 className={styles.heading}>Projects</h1>
        <TextFilter
          label="Filter by text"
          value={text}
          onChange={filterBy}
        />
        <p className={styles.count} aria-live="polite">
          {projects !== undefined && plural(shown.length, "project")}
        </p>
        <IconButton
          icon={table ? "view-tiles" : "view-table"}
          label={table ? "Show as cards" : "Show as a table"}
          onClick={() => {
            onSearch({ ...(text !== "" && { q: text }), ...(!table && { view: "table" }) });
          }}
        />
        {create}
      </div>
      {projects === undefined && error === null && (
        <ul className={styles.cards} role="status" aria-label="Loading the projects">
          {[0, 1, 2, 3].map((index) => (
            <li key={index} className={styles.card}>
              <Skeleton width="100%" height={156} />
            </li>
          ))}
        </ul>
      )}
      {projects === undefined && error !== null && <ErrorState large error={error} onRetry={() => void refetch()} />}
      {projects?.length === 0 && (
        <EmptyState
          icon="project"
          title="No project yet"
          cause={
            onCreate === undefined
              ? "Ask a supervisor or an administrator to add you to theirs."
              : "A project holds assets, their versions and their files. Make the first one here or with “bifrost project create”."
          }
        >
          {create}
        </EmptyState>
      )}
      {projects !== undefined && projects.length > 0 && shown.length === 0 && (
        <EmptyState icon="search" title="No project matches" cause="The filter hides all of them.">
          <Button
            onClick={() => {
              filterBy("");
            }}
          >
            Clear the filter
          </Button>
        </EmptyState>
      )}
      {shown.length > 0 && table && <Table projects={shown} link={link} />}
      {shown.length > 0 && !table && (
        <ul className={styles.cards}>
          {shown.map((project) => (
            <ProjectCard key={project.id} project={project} link={link} />
          ))}
        </ul>
      )}
    </section>
  );
}
