import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";
import type { JobState } from "@/api/schema";
import { nextCursor } from "@/lib/paging";
import { isMoving } from "./job_view";

const MOVING_MS = 1_500;
const RESTING_MS = 10_000;

/** The jobs of a project, or of the whole site; asked again often while any of them moves, else now and then. */
export function jobsQuery(project: string | undefined, states: readonly JobState[]) {
  return infiniteQueryOptions({
    queryKey: ["jobs", project ?? "", [...states].sort()],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        client.GET("/api/v1/jobs", {
          params: {
            query: {
              limit: 100,
              ...(project !== undefined && { project }),
              ...(states.length > 0 && { state: [...states].sort() }),
              ...(pageParam === undefined ? { count: true } : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => {
      const pages = state.data?.pages ?? [];
      if (pages.length > 3 || state.error !== null) return false;
      return pages.some(({ data }) => data.some((job) => isMoving(job) && Date.parse(job.run_at) < Date.now() + 5_000))
        ? MOVING_MS
        : RESTING_MS;
    },
  });
}

export function retryJob(id: string) {
  return answerOf(client.POST("/api/v1/jobs/{id}/retry", { params: { path: { id } } }));
}

export function cancelJob(id: string) {
  return answerOf(client.POST("/api/v1/jobs/{id}/cancel", { params: { path: { id } } }));
}
