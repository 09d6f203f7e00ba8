import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "./client";
import type { StateCategory } from "./schema";

/** States as the pages show them: the workflow's name and the category that gives the shape. */
export interface State {
  code: string;
  name: string;
  category: StateCategory;
}

/** The states of the workflows that hold in a project, each once, in the workflows' order. */
export function statesQuery(project: string, kind: "asset" | "shot" | "version") {
  return queryOptions({
    queryKey: ["states", project, kind],
    queryFn: async ({ signal }): Promise<State[]> => {
      const { data } = await answerOf(client.GET("/api/v1/workflows", { params: { query: { kind, project } }, signal }));
      const states = data.flatMap((workflow) => workflow.states);
      return [...new Map(states.map(({ code, name, category }) => [code, { code, name, category }])).values()];
    },
    staleTime: 10 * 60_000,
  });
}
