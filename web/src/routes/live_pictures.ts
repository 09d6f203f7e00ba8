import type { QueryClient } from "@tanstack/react-query";
import { assetQuery, tableOf } from "@/features/assets/asset_queries";
import { ownerQuery, versionQuery } from "@/features/versions/version_queries";
import { PictureWatch } from "@/lib/picture_watch";

const watches = new WeakMap<QueryClient, PictureWatch>();

async function look(client: QueryClient, versionId: string, codeOf: (id: string | null) => string | undefined): Promise<boolean> {
  const version = await client.fetchQuery({ ...versionQuery(versionId), staleTime: 0, retry: false });
  if (version.preview_state === "pending") return false;
  void client.invalidateQueries({ queryKey: ["versions", version.product_id] });
  void client.invalidateQueries({ queryKey: ["newest-version", version.product_id] });
  void client.invalidateQueries({ queryKey: ["previews", versionId] });
  if (version.thumbnail_url === null) return true;
  const { assetId } = await client.fetchQuery(ownerQuery("product", version.product_id));
  const asset = await client.fetchQuery({ ...assetQuery(assetId), staleTime: 0, retry: false });
  const code = codeOf(asset.project_id);
  if (code !== undefined) tableOf(client, code)?.patch(assetId, { thumbnail_url: asset.thumbnail_url });
  return true;
}

/** Shows the picture of a version that was just published, and that of its asset, as soon as they are made. */
export function awaitPicture(client: QueryClient, versionId: string, codeOf: (id: string | null) => string | undefined): void {
  let watch = watches.get(client);
  if (watch === undefined) {
    watch = new PictureWatch((id) => look(client, id, codeOf));
    watches.set(client, watch);
  }
  watch.watch(versionId);
}
