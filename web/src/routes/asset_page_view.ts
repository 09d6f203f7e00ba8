// What the page of an asset shows, as it stands in the address.

export const TABS = [
  { id: "overview", name: "Overview" },
  { id: "versions", name: "Versions" },
  { id: "graph", name: "Dependencies" },
  { id: "assembly", name: "Assembly" },
  { id: "history", name: "History" },
] as const;

export type Tab = (typeof TABS)[number]["id"];

export interface AssetPageSearch {
  tab?: string;
  /** The version that is shown, and the one that it is compared with. */
  version?: string;
  with?: string;
  depth?: string;
  upload?: string;
}

export function tabOf(search: AssetPageSearch): Tab {
  return TABS.find(({ id }) => id === search.tab)?.id ?? "overview";
}
