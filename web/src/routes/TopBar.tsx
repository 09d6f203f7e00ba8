import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { SearchBox } from "@/features/search/SearchBox";
import { IconButton } from "@/ui/Button";
import { Icon } from "@/ui/icon/Icon";
import { useKeyNames } from "@/ui/keymap/use_key_names";
import styles from "./shell.module.css";
import { useCrumbs } from "./use_crumbs";
import { useHitNavigation } from "./use_hit_navigation";
import { useProjects } from "./use_projects";

interface TopBarProps {
  code: string | undefined;
  onRail: () => void;
  onPalette: () => void;
  /** What else stands at the end of the bar. */
  children?: ReactNode;
}

export function TopBar({ code, onRail, onPalette, children }: TopBarProps) {
  const navigate = useNavigate();
  const railKey = useKeyNames("rail.toggle");
  const paletteKey = useKeyNames("palette.open");
  const { nameOfCode, nameOfId } = useProjects();
  const openHit = useHitNavigation();
  const { page, entity } = useCrumbs();

  return (
    <header className={styles.bar}>
      <IconButton icon="panel-left" label="Fold or open the rail" hint={railKey} onClick={onRail} />
      <nav aria-label="Breadcrumb" className={styles.crumbs}>
        <ol>
          {code !== undefined && (
            <li>
              <Link to="/p/$code/assets" params={{ code }} dir="auto">
                {nameOfCode(code)}
              </Link>
            </li>
          )}
          {entity !== undefined && code !== undefined && (
            <li>
              <Icon name="chevron-right" />
              <Link to="/p/$code/assets" params={{ code }}>
                {page}
              </Link>
            </li>
          )}
          <li aria-current="page">
            {code !== undefined && <Icon name="chevron-right" />}
            <span dir="auto">{entity ?? page}</span>
          </li>
        </ol>
      </nav>
      <SearchBox
        projectName={nameOfId}
        onPick={openHit}
        onSearch={(q) => {
          void navigate({ to: "/search", search: { q } });
        }}
      />
      {children}
      <IconButton icon="command" label="Command palette" hint={paletteKey} onClick={onPalette} />
    </header>
  );
}
