import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ProjectSwitcher } from "@/features/projects/ProjectSwitcher";
import { AccountMenu } from "@/features/session/AccountMenu";
import { signOut } from "@/features/session/session_queries";
import { readSetting, writeSetting } from "@/lib/storage";
import { applyTheme, currentTheme } from "@/lib/theme";
import { Icon } from "@/ui/icon/Icon";
import { useKeys } from "@/ui/keymap/use_keys";
import { Logo } from "@/ui/Logo";
import styles from "./shell.module.css";
import { TopBar } from "./TopBar";

const RAIL = "bifrost.rail";
const NARROW = "(max-width: 720px)";

export function AppShell() {
  const { code } = useParams({ strict: false });
  const navigate = useNavigate();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [collapsed, setCollapsed] = useState(readSetting(RAIL) === "collapsed");
  const [drawer, setDrawer] = useState(false);

  // On a narrow screen the rail lies over the page and goes away once it led somewhere.
  useEffect(() => router.subscribe("onResolved", () => { setDrawer(false); }), [router]);

  const toggleRail = () => {
    if (window.matchMedia(NARROW).matches) {
      setDrawer(!drawer);
      return;
    }
    setCollapsed(!collapsed);
    writeSetting(RAIL, collapsed ? "open" : "collapsed");
  };
  const toggleTheme = () => {
    applyTheme(currentTheme() === "dark" ? "light" : "dark");
  };
  const leave = async () => {
    try {
      await signOut();
    } finally {
      queryClient.clear();
      await navigate({ to: "/login" });
    }
  };

  useKeys([
    { id: "rail.toggle", context: "global", keys: ["["], label: "Fold or open the rail", run: () => (toggleRail(), true) },
    { id: "theme.toggle", context: "global", keys: ["Shift+d"], label: "Dark or light", run: () => (toggleTheme(), true) },
    {
      id: "go.assets",
      context: "global",
      keys: ["g a"],
      label: "Go to the assets",
      run: () => {
        if (code !== undefined) void navigate({ to: "/p/$code/assets", params: { code } });
        return true;
      },
    },
    {
      id: "go.home",
      context: "global",
      keys: ["g h"],
      label: "Go to the start",
      run: () => {
        void navigate({ to: "/" });
        return true;
      },
    },
  ]);

  return (
    <div className={styles.shell} data-rail={collapsed ? "collapsed" : "open"} data-drawer={drawer}>
      <a href="#main" className={styles.skip}>
        Skip to the content
      </a>
      {drawer && (
        <div
          className={styles.veil}
          onClick={() => {
            setDrawer(false);
          }}
        />
      )}
      <nav className={styles.rail} aria-label="Bifrost">
        <Link to="/" className={styles.brand} aria-label="Bifrost, go to the start">
          <Logo />
          <span>Bifrost</span>
        </Link>
        <ProjectSwitcher
          current={code}
          onSwitch={(next) => {
            void navigate({ to: "/p/$code/assets", params: { code: next } });
          }}
        />
        <div className={styles.pages}>
          {code !== undefined && (
            <Link to="/p/$code/assets" params={{ code }} className={styles.page} aria-label="Assets" title="Assets (G A)">
              <Icon name="assets" />
              <span>Assets</span>
            </Link>
          )}
        </div>
        <AccountMenu onTheme={toggleTheme} onSignOut={() => void leave()} />
      </nav>
      <div className={styles.column}>
        <TopBar code={code} onRail={toggleRail} />
        <main id="main" tabIndex={-1} className={styles.main}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}
