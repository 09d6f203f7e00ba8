import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { AssetDetails } from "@/features/assets/AssetDetails";
import { assetQuery } from "@/features/assets/asset_queries";
import { HistoryList } from "@/features/history/HistoryList";
import { rememberProject } from "@/features/projects/project_queries";
import { ProductList } from "@/features/versions/ProductList";
import { ErrorState } from "@/ui/ErrorState";
import { Tabs } from "@/ui/Tabs";
import { useTitle } from "@/ui/use_title";
import { TABS, tabOf } from "./asset_page_view";
import styles from "./shell.module.css";

const route = getRouteApi("/app/p/$code/assets/$asset");

export function AssetPage() {
  const { code, asset: id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: asset, error, refetch } = useQuery(assetQuery(id));
  const tab = tabOf(search);
  useTitle(asset?.name);
  useEffect(() => {
    rememberProject(code);
  }, [code]);

  if (asset === undefined && error !== null) return <ErrorState large page error={error} onRetry={() => void refetch()} />;
  return (
    <Tabs
      label="Parts of the asset"
      tabs={TABS}
      current={tab}
      onChange={(next) => void navigate({ search: next === "overview" ? {} : { tab: next } })}
    >
      {tab === "overview" && (
        <div className={styles.overview}>
          <AssetDetails id={id} project={code}>
            <ProductList assetId={id} project={code} opened={undefined} />
          </AssetDetails>
        </div>
      )}
      {tab === "history" && <HistoryList assetId={id} />}
    </Tabs>
  );
}
