import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect } from "react";
import { meQuery, useMay } from "@/api/me_queries";
import { AssetBrowser } from "@/features/assets/AssetBrowser";
import { assetQuery } from "@/features/assets/asset_queries";
import { AssetDetails } from "@/features/assets/AssetDetails";
import { type AssetView, searchOf, viewOf, withSelection } from "@/features/assets/asset_view";
import { rememberProject } from "@/features/projects/project_queries";
import { DropTarget } from "@/features/uploads/DropTarget";
import { leaveFiles } from "@/features/uploads/uploading";
import { ProductList } from "@/features/versions/ProductList";
import { parseSelection } from "@/lib/url_state";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Hidden } from "@/ui/Hidden";
import { titleWithKey, useKeyNames } from "@/ui/keymap/use_key_names";
import { useKeys } from "@/ui/keymap/use_keys";
import { Panel } from "@/ui/Panel";
import { useTitle } from "@/ui/use_title";
import { NotAllowedDialog } from "./NotAllowedDialog";
import styles from "./shell.module.css";
import { useOpened } from "./use_opened";
import { useProjects } from "./use_projects";

const UploadDialog = lazy(() => import("./UploadDialog").then((file) => ({ default: file.UploadDialog })));
const route = getRouteApi("/app/p/$code/assets");

/** The focus goes back to the list when the panel that held it is gone. */
function focusList(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>("[role='grid']")?.focus();
  });
}

export function AssetsPage() {
  const { code } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { nameOfCode } = useProjects();
  const may = useMay(code);
  const me = useQuery(meQuery);
  const selection = parseSelection(search.sel);
  const opened = useOpened(selection);
  const selected = opened.assetId;
  useTitle(`Assets · ${nameOfCode(code)}`);

  useEffect(() => {
    rememberProject(code);
  }, [code]);

  const onView = useCallback(
    (view: AssetView) => {
      void navigate({ search: (previous) => searchOf(view, previous), replace: true });
    },
    [navigate],
  );
  const onSelect = (id: string | undefined) => {
    if (id === undefined ? selection === undefined : id === selected) return;
    void navigate({
      search: (previous) => withSelection(previous, id),
      // Opening and closing are steps that Back undoes; walking along the list with the panel open is not.
      replace: id !== undefined && selection !== undefined,
    });
    if (id === undefined) focusList();
  };
  const { data: asset } = useQuery({ ...assetQuery(selected ?? ""), enabled: selected !== undefined });
  const mayUpload = may("version:create");
  const uploadKey = useKeyNames("assets.upload");
  const uploading = (on: boolean) => {
    void navigate({
      search: (previous) => ({ ...searchOf(viewOf(previous), previous), ...(on && { upload: "1" as const }) }),
      replace: !on,
    });
  };
  const onEnter = (id: string) => void navigate({ to: "/p/$code/assets/$asset", params: { code, asset: id } });

  useKeys([
    {
      id: "assets.upload",
      context: "page",
      keys: ["u"],
      label: "Upload and publish",
      run: () => {
        if (mayUpload) uploading(true);
        return mayUpload;
      },
    },
    {
      id: "panel.close",
      context: "page",
      keys: ["Escape", "]"],
      label: "Close the panel",
      run: () => {
        onSelect(undefined);
        return selection !== undefined;
      },
    },
  ]);

  return (
    <div className={styles.split}>
      <h1>
        <Hidden>Assets of {nameOfCode(code)}</Hidden>
      </h1>
      <DropTarget
        label={mayUpload ? "Drop to upload and publish" : undefined}
        onFiles={(files) => {
          leaveFiles(files);
          uploading(true);
        }}
      >
      <AssetBrowser
        key={code}
        project={code}
        view={viewOf(search)}
        onView={onView}
        selected={selected}
        onSelect={onSelect}
        onEnter={onEnter}
        mayUpdate={may("asset:update")}
        acts={
          mayUpload && (
            <Button kind="primary" icon="upload" title={titleWithKey("Upload and publish", uploadKey)} onClick={() => { uploading(true); }}>
              Upload
            </Button>
          )
        }
      />
      </DropTarget>
      {search.upload === "1" && me.isSuccess && !mayUpload && (
        <NotAllowedDialog act="upload here" permission="version:create" project={code} onClose={() => { uploading(false); }} />
      )}
      {search.upload === "1" && mayUpload && (
        <Suspense>
          <UploadDialog code={code} asset={asset} fixed={false} products={[]} onClose={() => { uploading(false); }} />
        </Suspense>
      )}
      {selection !== undefined && (
        <Panel
          label="Asset"
          link={window.location.href}
          onOpen={
            selected === undefined
              ? undefined
              : () => {
                  onEnter(selected);
                }
          }
          onClose={() => {
            onSelect(undefined);
          }}
        >
          {opened.error !== null && <ErrorState large error={opened.error} onRetry={opened.retry} />}
          {selected !== undefined && (
            <AssetDetails id={selected} project={code}>
              <ProductList key={search.sel} assetId={selected} project={code} opened={opened.place} />
            </AssetDetails>
          )}
        </Panel>
      )}
    </div>
  );
}
