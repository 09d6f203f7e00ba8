import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type State, statesQuery } from "@/api/workflow_queries";
import { formatTerm } from "@/lib/format";
import { assetTypesQuery } from "./asset_queries";
import { SHIPPED_TYPES } from "./vocabulary";

const NO_STATES: State[] = [];

/** The types and states of a project's assets; until they are there, those that ship and the bare codes. */
export function useVocabulary(project: string) {
  const { data: types = SHIPPED_TYPES } = useQuery(assetTypesQuery(project));
  const { data: states = NO_STATES } = useQuery(statesQuery(project, "asset"));
  // One object as long as nothing changes: the lines of a list are drawn again when it is another one.
  return useMemo(() => {
    const typeNames = new Map(types.map(({ code, name }) => [code, name]));
    const byCode = new Map(states.map((state) => [state.code, state]));
    return {
      types,
      states,
      typeName: (code: string) => typeNames.get(code) ?? formatTerm(code),
      stateOf: (code: string) => byCode.get(code),
    };
  }, [types, states]);
}

export type Vocabulary = ReturnType<typeof useVocabulary>;
