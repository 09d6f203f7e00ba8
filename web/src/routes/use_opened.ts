import { useQuery } from "@tanstack/react-query";
import { ownerQuery } from "@/features/versions/version_queries";
import type { Selection } from "@/lib/url_state";

/** What a selection opens: an asset, or the asset of a product or a version together with the place of that in it. */
export function useOpened(selection: Selection | undefined) {
  const within = selection?.kind === "product" || selection?.kind === "version";
  const { data, error, refetch } = useQuery({ ...ownerQuery(selection?.kind ?? "", selection?.id ?? ""), enabled: within });
  return {
    assetId: selection?.kind === "asset" ? selection.id : within ? data?.assetId : undefined,
    place: within ? data : undefined,
    error,
    retry: () => void refetch(),
  };
}
