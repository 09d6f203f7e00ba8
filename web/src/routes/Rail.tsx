import { Link, useNavigate } from "@tanstack/react-router";
import { useMay } from "@/api/me_queries";
import { ProjectSwitcher } from "@/features/projects/ProjectSwitcher";
import { AccountMenu } from "@/features/session/AccountMenu";
import type { Theme } from "@/lib/theme";
import { Icon } from "@/ui/icon/Icon";
import { useKeyHints } from "@/ui/keymap/use_key_names";
import { Logo } from "@/ui/Logo";
import styles from "./shell.module.css";

interface RailProps {
  code: string | undefined;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onProject: (code: string) => void;
  onKeys: () => void;
  onSignOut: () => void;
}

/** The way to every page: the project that is open, what belongs to it, and what belongs to the site. */
export function Rail({ code, theme, onTheme, onProject, onKeys, onSignOut }: RailProps) {
  const navigate = useNavigate();
  const hint = useKeyHints();
  const may = useMay(code);
  return (
    <nav className={styles.rail} aria-label="Bifrost">
      <Link to="/" className={styles.brand} aria-label="Bifrost, go to the start">
        <Logo />
        <span>Bifrost</span>
      </Link>
      <ProjectSwitcher current={code} onSwitch={onProject} />
      <div className={styles.pages}>
        {code !== undefined && (
          <>
            <Link to="/p/$code/assets" params={{ code }} className={styles.page} aria-label="Assets" title={hint("Assets", "go.assets")}>
              <Icon name="assets" />
              <span>Assets</span>
            </Link>
            <Link to="/p/$code/shots" params={{ code }} className={styles.page} aria-label="Shots" title={hint("Shots", "go.shots")}>
              <Icon name="film" />
              <span>Shots</span>
            </Link>
            <Link to="/p/$code/breakdown" params={{ code }} className={styles.page} aria-label="Breakdown" title={hint("Breakdown", "go.breakdown")}>
              <Icon name="view-table" />
              <span>Breakdown</span>
            </Link>
            <Link to="/p/$code/edits" params={{ code }} className={styles.page} aria-label="Edits" title={hint("Edits", "go.edits")}>
              <Icon name="compare" />
              <span>Edits</span>
            </Link>
            <Link to="/p/$code/folders" params={{ code }} className={styles.page} aria-label="Folders" title={hint("Folders", "go.folders")}>
              <Icon name="folder" />
              <span>Folders</span>
            </Link>
            <Link to="/p/$code/jobs" params={{ code }} className={styles.page} aria-label="Jobs" title={hint("Jobs", "go.jobs")}>
              <Icon name="jobs" />
              <span>Jobs</span>
            </Link>
            {may("webhook:manage") && (
              <Link to="/p/$code/webhooks" params={{ code }} className={styles.page} aria-label="Webhooks" title="Webhooks">
                <Icon name="link" />
                <span>Webhooks</span>
              </Link>
            )}
            <div className={styles.rule} />
          </>
        )}
        <Link to="/projects" className={styles.page} aria-label="Projects" title={hint("Projects", "go.projects")}>
          <Icon name="project" />
          <span>Projects</span>
        </Link>
        <Link to="/jobs" className={styles.page} aria-label="All jobs" title="All jobs" activeOptions={{ exact: true }}>
          <Icon name="sliders" />
          <span>All jobs</span>
        </Link>
      </div>
      <AccountMenu
        theme={theme}
        onTheme={onTheme}
        onAccount={() => void navigate({ to: "/me" })}
        onKeys={onKeys}
        onSignOut={onSignOut}
      />
    </nav>
  );
}
