import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answerOf, client } from "@/api/client";
import { liveStart, logEnd } from "@/api/live_start";
import type { Event, Project } from "@/api/schema";
import { projectsQuery } from "@/features/projects/project_queries";
import { type FeedPorts, LiveFeed } from "@/lib/live_feed";
import { Problem, problemFrom } from "@/lib/problem";
import { applyEvents } from "./live_changes";

const CHANNEL = "bifrost.live";

async function openStream(since: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined> {
  const headers = { Accept: "text/event-stream", ...(since !== undefined && { "Last-Event-ID": since }) };
  const response = await fetch("/api/v1/events/stream", { headers, signal, credentials: "same-origin" });
  if (response.ok && response.headers.get("Content-Type")?.startsWith("text/event-stream") === true) return response.body ?? undefined;
  // This server has no stream; the log of events can be asked instead.
  if (response.ok || response.status === 404 || response.status === 405) return undefined;
  throw new Problem(response.status, "The stream of events was refused", "", undefined);
}

/** Follows what happens, in all projects that one may see, while a page is open; true while that works. */
export function useLive(): boolean {
  const queryClient = useQueryClient();
  const [live, setLive] = useState(true);

  useEffect(() => {
    // Where an event belongs is known by the projects, which a page that has just begun is still reading.
    const apply = (events: readonly Event[]) => {
      void queryClient
        .ensureQueryData(projectsQuery)
        .catch((): Project[] => [])
        .then((projects) => {
          applyEvents(queryClient, events, (id) => projects.find((project) => project.id === id)?.code);
        });
    };
    const stop = new AbortController();
    const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(CHANNEL);
    const ports: FeedPorts<Event> = {
      newest: () => logEnd(stop.signal),
      page: (since, signal) =>
        answerOf(client.GET("/api/v1/events", { params: { query: { limit: 500, ...(since !== undefined && { since }) } }, signal })),
      stream: openStream,
      onGap: () => void queryClient.invalidateQueries(),
      onEvents: (events) => {
        apply(events);
        channel?.postMessage(events);
      },
      onState: setLive,
      isGone: (error) => problemFrom(error).status === 410,
    };
    const feed = new LiveFeed<Event>(ports, liveStart());
    channel?.addEventListener("message", ({ data }: MessageEvent<Event[]>) => {
      const last = data.at(-1);
      if (last === undefined) return;
      feed.heard(last.position);
      apply(data);
    });
    const onShown = () => {
      if (document.visibilityState === "visible") feed.hurry();
    };
    document.addEventListener("visibilitychange", onShown);
    // One tab listens for all of them; when it goes, another takes over from where it was.
    const locks = (navigator as { locks?: LockManager }).locks;
    const listening = locks === undefined ? feed.run(stop.signal) : locks.request(CHANNEL, { signal: stop.signal }, () => feed.run(stop.signal));
    listening.catch(() => undefined);
    return () => {
      stop.abort();
      channel?.close();
      document.removeEventListener("visibilitychange", onShown);
    };
  }, [queryClient]);
  return live;
}
