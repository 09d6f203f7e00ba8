import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import { useMay } from "@/api/me_queries";
import { rememberProject } from "@/features/projects/project_queries";
import { ShotBrowser } from "@/features/shots/ShotBrowser";
import { ShotDetails } from "@/features/shots/ShotDetails";
import { searchOf, type ShotView, viewOf, withSelection } from "@/features/shots/shot_view";
import { ProductList } from "@/features/versions/ProductList";
import { parseSelection } from "@/lib/url_state";
import { Button } from "@/ui/Button";
import { Hidden } from "@/ui/Hidden";
import { useKeys } from "@/ui/keymap/use_keys";
import { Panel } from "@/ui/Panel";
import { useTitle } from "@/ui/use_title";
import styles from "./shell.module.css";
import { useProjects } from "./use_projects";

const route = getRouteApi("/app/p/$code/shots");

/** The focus goes back to the list when the panel that held it is gone. */
function focusList(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>("[role='grid']")?.focus();
  });
}

export function ShotsPage() {
  const { code } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { nameOfCode } = useProjects();
  const may = useMay(code);
  const selection = parseSelection(search.sel);
  const selected = selection?.kind === "shot" ? selection.id : undefined;
  useTitle(`Shots · ${nameOfCode(code)}`);
  useEffect(() => {
    rememberProject(code);
  }, [code]);

  const onView = useCallback(
    (view: ShotView) => {
      void navigate({ search: (previous) => searchOf(view, previous), replace: true });
    },
    [navigate],
  );
  const onSelect = (id: string | undefined) => {
    if (id === selected) return;
    void navigate({ search: (previous) => withSelection(previous, id), replace: id !== undefined && selected !== undefined });
    if (id === undefined) focusList();
  };
  const onEnter = (id: string) => void navigate({ to: "/p/$code/shots/$shot", params: { code, shot: id } });
  useKeys([
    {
      id: "panel.close",
      context: "page",
      keys: ["Escape", "]"],
      label: "Close the panel",
      run: () => {
        onSelect(undefined);
        return selected !== undefined;
      },
    },
  ]);

  return (
    <div className={styles.split}>
      <h1>
        <Hidden>Shots of {nameOfCode(code)}</Hidden>
      </h1>
      <ShotBrowser
        key={code}
        project={code}
        view={viewOf(search)}
        onView={onView}
        selected={selected}
        onSelect={onSelect}
        onEnter={onEnter}
        acts={
          may("shot:create") && (
            <Button kind="primary" icon="upload" onClick={() => void navigate({ to: "/p/$code/edits", params: { code } })}>
              Bring in an edit
            </Button>
          )
        }
      />
      {selected !== undefined && (
        <Panel label="Shot" link={window.location.href} onOpen={() => { onEnter(selected); }} onClose={() => { onSelect(undefined); }}>
          <ShotDetails id={selected} project={code}>
            <ProductList key={selected} assetId={selected} kind="shot" project={code} opened={undefined} />
          </ShotDetails>
        </Panel>
      )}
    </div>
  );
}
