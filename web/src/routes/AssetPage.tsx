import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { meQuery, useMay } from "@/api/me_queries";
import { AssemblyPane } from "@/features/assembly/AssemblyPane";
import { AssetDetails } from "@/features/assets/AssetDetails";
import { assetQuery } from "@/features/assets/asset_queries";
import { HistoryList } from "@/features/history/HistoryList";
import { rememberProject } from "@/features/projects/project_queries";
import { DropTarget } from "@/features/uploads/DropTarget";
import { leaveFiles } from "@/features/uploads/uploading";
import { VersionBoard } from "@/features/versions/VersionBoard";
import { productsQuery } from "@/features/versions/version_queries";
import { flattenPages } from "@/lib/paging";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { titleWithKey, useKeyNames } from "@/ui/keymap/use_key_names";
import { useKeys } from "@/ui/keymap/use_keys";
import { Tabs } from "@/ui/Tabs";
import { useTitle } from "@/ui/use_title";
import { AssetGraph } from "./AssetGraph";
import { TABS, tabOf } from "./asset_page_view";
import styles from "./shell.module.css";
import { NotAllowedDialog } from "./NotAllowedDialog";
import { useProjects } from "./use_projects";
import { ViewerOf, ViewerOfProducts } from "./ViewerOf";

const UploadDialog = lazy(() => import("./UploadDialog").then((file) => ({ default: file.UploadDialog })));
const route = getRouteApi("/app/p/$code/assets/$asset");

export function AssetPage() {
  const { code, asset: id } = route.useParams();
  const search = route.useSearch();
  const go = route.useNavigate();
  const navigate = useNavigate();
  const { codeOfId } = useProjects();
  const may = useMay(code);
  const me = useQuery(meQuery);
  const { data: asset, error, refetch } = useQuery(assetQuery(id));
  const products = flattenPages(useInfiniteQuery(productsQuery(id)).data?.pages ?? []);
  const tab = tabOf(search);
  useTitle(asset?.name);
  useEffect(() => {
    rememberProject(code);
  }, [code]);

  const mayUpload = may("version:create");
  const uploadKey = useKeyNames("asset.upload");
  const uploading = (on: boolean) => void go({ search: (previous) => (on ? { ...previous, upload: "1" } : { ...previous, upload: "" }), replace: !on });
  useKeys([
    { id: "asset.upload", context: "page", keys: ["u"], label: "Upload a version", run: () => (mayUpload && uploading(true), mayUpload) },
    { id: "asset.back", context: "page", keys: ["Escape"], label: "Back to the list", run: () => (void navigate({ to: "/p/$code/assets", params: { code } }), true) },
  ]);
  const versionLink = (version: string, product: string, children: ReactNode) => (
    <Link to="/p/$code/assets" params={{ code }} search={{ sel: `version:${version}` }} data-product={product}>
      {children}
    </Link>
  );
  const assetLink = (other: string, project: string, children: ReactNode) => (
    <Link to="/p/$code/assets/$asset" params={{ code: codeOfId(project) ?? code, asset: other }}>
      {children}
    </Link>
  );
  const show = (version: string, other: string | undefined) => {
    void go({ search: { tab: "versions", version, ...(other !== undefined && { with: other }) } });
  };

  if (asset === undefined && error !== null) return <ErrorState large page error={error} onRetry={() => void refetch()} />;
  return (
    <DropTarget
      label={mayUpload && asset !== undefined ? `Drop to upload a version of ${asset.name}` : undefined}
      onFiles={(files) => {
        leaveFiles(files);
        uploading(true);
      }}
    >
      <div className={styles.entity}>
        <div className={styles.entityHead}>
          <h1 className={styles.entityName} dir="auto">
            {asset?.name ?? "…"}
          </h1>
          {mayUpload && (
            <Button kind="primary" icon="upload" title={titleWithKey("Upload a version", uploadKey)} onClick={() => { uploading(true); }}>
              Upload
            </Button>
          )}
        </div>
        <Tabs
          label="Parts of the asset"
          tabs={TABS}
          current={tab}
          onChange={(next) => void go({ search: next === "overview" ? {} : { tab: next } })}
        >
          {tab === "overview" && (
            <div className={styles.overview}>
              <div className={styles.overviewMain}><ViewerOfProducts products={products} project={code} /></div>
              <div className={styles.overviewSide}>
                <AssetDetails id={id} project={code} headless>
                  {null}
                </AssetDetails>
              </div>
            </div>
          )}
          {tab === "versions" && (
            <VersionBoard
              assetId={id}
              project={code}
              version={search.version}
              other={search.with}
              onShow={show}
              viewer={(version) => <ViewerOf versionId={version} project={code} />}
              link={versionLink}
              mayReview={may("version:transition")}
            />
          )}
          {tab === "graph" && (
            <AssetGraph
              assetId={id}
              address={`${code}:${asset?.code ?? ""}`}
              version={search.version}
              onVersion={(version) => void go({ search: { tab: "graph", ...(version !== undefined && { version }) } })}
              onOpen={(other, kind) => {
                if (kind === "asset") void navigate({ to: "/p/$code/assets/$asset", params: { code, asset: other } });
                if (kind === "version") void navigate({ to: "/p/$code/assets", params: { code }, search: { sel: `version:${other}` } });
              }}
            />
          )}
          {tab === "assembly" && <AssemblyPane assetId={id} assetLink={assetLink} />}
          {tab === "history" && <HistoryList id={id} />}
        </Tabs>
      </div>
      {search.upload === "1" && me.isSuccess && !mayUpload && (
        <NotAllowedDialog act="upload here" permission="version:create" project={code} onClose={() => { uploading(false); }} />
      )}
      {search.upload === "1" && mayUpload && (
        <Suspense>
          <UploadDialog code={code} asset={asset} fixed products={products.map((product) => product.code)} onClose={() => { uploading(false); }} />
        </Suspense>
      )}
    </DropTarget>
  );
}
