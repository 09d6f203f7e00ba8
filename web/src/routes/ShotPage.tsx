import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { useMay } from "@/api/me_queries";
import { HistoryList } from "@/features/history/HistoryList";
import { rememberProject } from "@/features/projects/project_queries";
import { CastingPane } from "@/features/shots/CastingPane";
import { LockPane } from "@/features/shots/LockPane";
import { ShotDetails } from "@/features/shots/ShotDetails";
import { shotQuery } from "@/features/shots/shot_queries";
import { sequenceOf } from "@/features/shots/shot_view";
import { ProductList } from "@/features/versions/ProductList";
import { productsQuery } from "@/features/versions/version_queries";
import { flattenPages } from "@/lib/paging";
import { ErrorState } from "@/ui/ErrorState";
import { useKeys } from "@/ui/keymap/use_keys";
import { Hidden } from "@/ui/Hidden";
import { Tabs } from "@/ui/Tabs";
import { useTitle } from "@/ui/use_title";
import styles from "./shell.module.css";
import { useProjects } from "./use_projects";
import { ViewerOfProducts } from "./ViewerOf";

const route = getRouteApi("/app/p/$code/shots/$shot");

const TABS = [
  { id: "overview", name: "Overview" },
  { id: "casting", name: "Casting" },
  { id: "lock", name: "Lock" },
  { id: "versions", name: "Versions" },
  { id: "history", name: "History" },
] as const;

export function ShotPage() {
  const { code, shot: id } = route.useParams();
  const search = route.useSearch();
  const go = route.useNavigate();
  const navigate = useNavigate();
  const { codeOfId } = useProjects();
  const may = useMay(code);
  const { data: shot, error, refetch } = useQuery(shotQuery(id));
  const products = flattenPages(useInfiniteQuery(productsQuery(id, "shot")).data?.pages ?? []);
  const isPublished = products.some((product) => product.latest_number !== null);
  const tab = TABS.find((one) => one.id === search.tab)?.id ?? "overview";
  useTitle(shot === undefined ? undefined : `${sequenceOf(shot)}/${shot.code}`);
  useEffect(() => {
    rememberProject(code);
  }, [code]);
  useKeys([
    { id: "shot.back", context: "page", keys: ["Escape"], label: "Back to the list", run: () => (void navigate({ to: "/p/$code/shots", params: { code } }), true) },
  ]);
  const assetLink = (asset: string, project: string, children: ReactNode) => (
    <Link to="/p/$code/assets/$asset" params={{ code: codeOfId(project) ?? code, asset }}>
      {children}
    </Link>
  );

  if (shot === undefined && error !== null) return <ErrorState large page error={error} onRetry={() => void refetch()} />;
  return (
    <div className={styles.entity}>
      <div className={styles.entityHead}>
        <h1 className={styles.entityName}>{shot === undefined ? "…" : `${sequenceOf(shot)}/${shot.code}`}</h1>
      </div>
      <Tabs label="Parts of the shot" tabs={TABS} current={tab} onChange={(next) => void go({ search: next === "overview" ? {} : { tab: next } })}>
        {tab === "overview" && (
          <div className={styles.overview}>
            <div className={styles.overviewMain}>{isPublished ? <ViewerOfProducts products={products} project={code} /> : <CastingPane shotId={id} assetLink={assetLink} />}</div>
            <div className={styles.overviewSide}>
              <ShotDetails id={id} project={code} headless />
            </div>
          </div>
        )}
        {tab === "casting" && <CastingPane shotId={id} assetLink={assetLink} />}
        {tab === "lock" && <LockPane shotId={id} mayUpdate={may("shot:update")} />}
        {tab === "versions" && (
          <>
            <h2>
              <Hidden>Versions</Hidden>
            </h2>
            <ProductList assetId={id} kind="shot" project={code} opened={undefined} />
          </>
        )}
        {tab === "history" && <HistoryList id={id} kind="shot" />}
      </Tabs>
    </div>
  );
}
