import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Project } from "@/api/schema";
import { formatBytes, formatTerm, plural } from "@/lib/format";
import { Badge } from "@/ui/Badge";
import { Time } from "@/ui/Time";
import { projectStatsQuery } from "./project_queries";
import { hueOf, rateText } from "./project_view";
import styles from "./projects.module.css";

const LOOKS = {
  active: { icon: "status-wip", hue: "blue" },
  on_hold: { icon: "status-blocked", hue: "brown" },
  finished: { icon: "status-approved", hue: "green" },
} as const;

interface ProjectItemProps {
  project: Project;
  link: (project: Project, children: ReactNode, className: string | undefined) => ReactNode;
}

export function ProjectStatus({ project }: { project: Project }) {
  const { icon, hue } = LOOKS[project.status];
  return <Badge icon={icon} hue={hue} label={formatTerm(project.status)} />;
}

function format(project: Project): string {
  const { resolution_width: width, resolution_height: height, fps } = project;
  return width === null || height === null ? rateText(fps) : `${String(width)} × ${String(height)}, ${rateText(fps)}`;
}

/** One project among others: its mark, what it is, and how much is in it. */
export function ProjectCard({ project, link }: ProjectItemProps) {
  const { data: stats } = useQuery(projectStatsQuery(project.id));
  return (
    <li className={styles.card}>
      {link(
        project,
        <>
          <span className={styles.mark} style={{ ["--hue" as string]: hueOf(project.code) }} aria-hidden="true">
            <span data-initials={project.name.slice(0, 2)} />
          </span>
          <span className={styles.cardBody}>
            <span className={styles.cardName} dir="auto">
              {project.name}
            </span>
            <span className={styles.cardCode}>{project.code}</span>
            <span className={styles.cardFacts}>
              <ProjectStatus project={project} />
              <span>{formatTerm(project.kind)}</span>
              <span>{format(project)}</span>
            </span>
            <span className={styles.cardCounts}>
              {stats === undefined
                ? "\u00a0"
                : `${plural(stats.entities.asset ?? 0, "asset")} · ${plural(stats.entities.version ?? 0, "version")} · ${formatBytes(stats.total_size)}`}
            </span>
          </span>
        </>,
        styles.cardLink,
      )}
    </li>
  );
}

export function ProjectRow({ project, link }: ProjectItemProps) {
  return (
    <tr>
      <th scope="row">
        {link(project, <span dir="auto">{project.name}</span>, styles.rowLink)}
      </th>
      <td className={styles.cardCode}>{project.code}</td>
      <td>
        <ProjectStatus project={project} />
      </td>
      <td>{formatTerm(project.kind)}</td>
      <td>{format(project)}</td>
      <td>
        <Time at={project.updated_at} />
      </td>
    </tr>
  );
}
