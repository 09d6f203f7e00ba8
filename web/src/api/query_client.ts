import { QueryCache, QueryClient } from "@tanstack/react-query";
import { isTransient, problemFrom } from "@/lib/problem";

/** The cache of answers; `onSignedOut` is called when the server no longer knows the session. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (problemFrom(error).status === 401) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < 2 && isTransient(problemFrom(error)),
        retryDelay: (failures, error) => {
          const after = problemFrom(error).retryAfter;
          return after === undefined ? 500 * 2 ** failures : Math.min(after * 1000, 10_000);
        },
      },
    },
  });
}
