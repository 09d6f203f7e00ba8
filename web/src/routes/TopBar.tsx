import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { SearchBox } from "@/features/search/SearchBox";
import { IconButton } from "@/ui/Button";
import { Icon } from "@/ui/icon/Icon";
import { KeyHelp } from "@/ui/keymap/KeyHelp";
import { useKeys } from "@/ui/keymap/use_keys";
import styles from "./shell.module.css";
import { useProjects } from "./use_projects";

interface TopBarProps {
  code: string | undefined;
  onRail: () => void;
}

export function TopBar({ code, onRail }: TopBarProps) {
  const [help, setHelp] = useState(false);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { nameOfCode, nameOfId, placeOf } = useProjects();

  useKeys([
    {
      id: "help.keys",
      context: "global",
      keys: ["?"],
      label: "Show the keys",
      run: () => {
        setHelp(true);
        return true;
      },
    },
  ]);

  return (
    <header className={styles.bar}>
      <IconButton icon="panel-left" label="Fold or open the rail" hint="[" onClick={onRail} />
      <nav aria-label="Breadcrumb" className={styles.crumbs}>
        <ol>
          {code === undefined ? (
            <li aria-current="page">{pathname === "/search" ? "Search" : "Projects"}</li>
          ) : (
            <>
              <li>
                <Link to="/p/$code/assets" params={{ code }}>
                  {nameOfCode(code)}
                </Link>
              </li>
              <li aria-current="page">
                <Icon name="chevron-right" />
                Assets
              </li>
            </>
          )}
        </ol>
      </nav>
      <SearchBox
        projectName={nameOfId}
        onPick={(hit) => {
          const place = placeOf(hit);
          if (place === undefined) void navigate({ to: "/search", search: { q: hit.name } });
          else void navigate({ to: "/p/$code/assets", params: { code: place.code }, search: place.search });
        }}
        onSearch={(q) => {
          void navigate({ to: "/search", search: { q } });
        }}
      />
      <IconButton
        icon="help"
        label="Show the keys"
        hint="?"
        onClick={() => {
          setHelp(true);
        }}
      />
      <KeyHelp
        open={help}
        onClose={() => {
          setHelp(false);
        }}
      />
    </header>
  );
}
