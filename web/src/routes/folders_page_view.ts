export const FOLDER_TABS = [
  { id: "disk", name: "On the disk" },
  { id: "aside", name: "Put aside" },
  { id: "templates", name: "Templates" },
] as const;

export type FolderTab = (typeof FOLDER_TABS)[number]["id"];

export interface FoldersSearch {
  tab?: FolderTab;
  /** The template that is open, `work.asset`. */
  template?: string;
}

export function foldersSearch(values: Record<string, unknown>): FoldersSearch {
  const tab = FOLDER_TABS.find(({ id }) => id === values.tab && id !== "disk")?.id;
  return {
    ...(tab !== undefined && { tab }),
    ...(tab === "templates" && typeof values.template === "string" && values.template !== "" && { template: values.template }),
  };
}
