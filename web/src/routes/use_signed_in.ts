import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { safeNext } from "@/lib/url_state";

/** What follows a sign-in: nothing that someone else saw stays in the cache, and the page that was wanted opens. */
export function useSignedIn(next: string | undefined): () => void {
  const queryClient = useQueryClient();
  const router = useRouter();
  return () => {
    queryClient.clear();
    void router.navigate({ href: safeNext(next), replace: true });
  };
}
