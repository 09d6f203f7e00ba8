import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { ExpiredDialog } from "@/features/session/ExpiredDialog";
import { signOut } from "@/features/session/session_queries";
import { sessionGate } from "@/lib/session_gate";
import { readSetting, writeSetting } from "@/lib/storage";
import { applyTheme, currentTheme, nextTheme, type Theme } from "@/lib/theme";
import { KeyHelp } from "@/ui/keymap/KeyHelp";
import { useKeys } from "@/ui/keymap/use_keys";
import { showProblem } from "@/ui/problem_toast";
import { Toasts } from "@/ui/Toasts";
import { CommandPalette } from "./CommandPalette";
import { Rail } from "./Rail";
import styles from "./shell.module.css";
import { TopBar } from "./TopBar";
import { useLive } from "./use_live";
import { useHitNavigation } from "./use_hit_navigation";
import { useProjects } from "./use_projects";
import { useShellKeys } from "./use_shell_keys";

const UploadTray = lazy(() => import("@/features/uploads/UploadTray").then(({ UploadTray: Tray }) => ({ default: Tray })));

const RAIL = "bifrost.rail";
const NARROW = "(max-width: 720px)";

export function AppShell() {
  const { code } = useParams({ strict: false });
  const navigate = useNavigate();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { projects, nameOfId } = useProjects();
  const openHit = useHitNavigation();
  const [collapsed, setCollapsed] = useState(readSetting(RAIL) === "collapsed");
  const [drawer, setDrawer] = useState(false);
  const [theme, setTheme] = useState(currentTheme);
  const [overlay, setOverlay] = useState<"keys" | "palette">();

  // On a narrow screen the rail lies over the page and goes away once it led somewhere.
  useEffect(() => router.subscribe("onResolved", () => { setDrawer(false); }), [router]);

  // A file that misses the place where it can be dropped would take the page's place.
  useEffect(() => {
    const keep = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
    };
    window.addEventListener("dragover", keep);
    window.addEventListener("drop", keep);
    return () => {
      window.removeEventListener("dragover", keep);
      window.removeEventListener("drop", keep);
    };
  }, []);

  const toggleRail = () => {
    if (window.matchMedia(NARROW).matches) {
      setDrawer(!drawer);
      return;
    }
    setCollapsed(!collapsed);
    writeSetting(RAIL, collapsed ? "open" : "collapsed");
  };
  const chooseTheme = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  const leave = async () => {
    sessionGate.disarm();
    try {
      await signOut();
    } catch (error) {
      showProblem(error);
    }
    queryClient.clear();
    await navigate({ to: "/login" });
  };
  const openProject = (next: string) => void navigate({ to: "/p/$code/assets", params: { code: next } });
  const close = () => {
    setOverlay(undefined);
  };

  const live = useLive();
  useShellKeys(code);
  useKeys([
    { id: "rail.toggle", context: "global", keys: ["["], label: "Fold or open the rail", run: () => (toggleRail(), true) },
    { id: "theme.next", context: "global", keys: ["Shift+d"], label: "Next theme: dark, light, high contrast", run: () => (chooseTheme(nextTheme(theme)), true) },
    { id: "help.keys", context: "global", keys: ["?"], label: "Show the keys", run: () => (setOverlay("keys"), true) },
    { id: "palette.open", context: "global", keys: ["Mod+k"], label: "Command palette", keyOnly: true, run: () => (setOverlay("palette"), true) },
    { id: "session.sign_out", context: "global", keys: [], label: "Sign out", run: () => (void leave(), true) },
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
      <Rail
        code={code}
        theme={theme}
        onTheme={chooseTheme}
        onProject={openProject}
        onKeys={() => {
          setOverlay("keys");
        }}
        onSignOut={() => void leave()}
      />
      <div className={styles.column}>
        <TopBar
          code={code}
          onRail={toggleRail}
          onPalette={() => {
            setOverlay("palette");
          }}
        />
        {!live && (
          <p className={styles.offline} role="status">
            The server can’t be reached. What you see may be old; it goes on by itself.
          </p>
        )}
        <main id="main" tabIndex={-1} className={styles.main}>
          <Outlet />
        </main>
        <Suspense>
          <UploadTray
            link={({ target, assetId = "", versionId = "" }, children) => (
              <Link to="/p/$code/assets/$asset" params={{ code: target.projectCode, asset: assetId }} search={{ tab: "versions", version: versionId }}>
                {children}
              </Link>
            )}
            onPublished={({ assetId = "" }) => {
              void queryClient.invalidateQueries({ queryKey: ["products", assetId] });
              void queryClient.invalidateQueries({ queryKey: ["versions"] });
            }}
          />
        </Suspense>
      </div>
      <KeyHelp open={overlay === "keys"} onClose={close} />
      <CommandPalette
        open={overlay === "palette"}
        onClose={close}
        projects={projects}
        projectName={nameOfId}
        onProject={openProject}
        onHit={openHit}
      />
      <ExpiredDialog />
      <Toasts />
    </div>
  );
}
