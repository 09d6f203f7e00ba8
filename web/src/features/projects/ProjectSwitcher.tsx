import { useQuery } from "@tanstack/react-query";
import { Icon } from "@/ui/icon/Icon";
import { Menu } from "@/ui/Menu";
import { projectsQuery } from "./project_queries";
import styles from "./projects.module.css";

interface ProjectSwitcherProps {
  current: string | undefined;
  onSwitch: (code: string) => void;
}

export function ProjectSwitcher({ current, onSwitch }: ProjectSwitcherProps) {
  const { data: projects = [] } = useQuery(projectsQuery);
  const project = projects.find(({ code }) => code === current);
  const name = project?.name ?? current ?? "Choose a project";
  return (
    <Menu
      label="Project"
      className={styles.switcher}
      button={
        <>
          {current === undefined ? (
            <span className={styles.initials}>
              <Icon name="project" />
            </span>
          ) : (
            <span className={styles.initials} data-initials={name.slice(0, 2)} />
          )}
          <span className={styles.name}>{name}</span>
          <Icon name="chevron-down" />
        </>
      }
      items={projects.map(({ id, code, name: label }) => ({
        id,
        label,
        note: code,
        onSelect: () => {
          onSwitch(code);
        },
      }))}
    />
  );
}
