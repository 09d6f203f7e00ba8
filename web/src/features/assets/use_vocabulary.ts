import { useQuery } from "@tanstack/react-query";
import { type State, statesQuery } from "@/api/workflow_queries";
import { formatTerm } from "@/lib/format";
import { assetTypesQuery } from "./asset_queries";
import { SHIPPED_TYPES } from "./vocabulary";

const NO_STATES: State[] = [];

/** The types and states of a project's assets; until they are there, those that ship and the bare codes. */
export function useVocabulary(project: string) {
  const { data: types = SHIPPED_TYPES } = useQuery(assetTypesQuery(project));
  const { data: states = NO_STATES } = useQuery(statesQuery(project, "asset"));
  return {
    types,
    states,
    typeName: (code: string) => types.find((type) => type.code === code)?.name ?? formatTerm(code),
    stateOf: (code: string) => states.find((state) => state.code === code),
  };
}

export type Vocabulary = ReturnType<typeof useVocabulary>;
