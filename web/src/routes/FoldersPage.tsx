import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/me_queries";
import type { FolderDataType } from "@/api/schema";
import { AsideList } from "@/features/folders/AsideList";
import { FolderTree } from "@/features/folders/FolderTree";
import { ScanBoard } from "@/features/folders/ScanBoard";
import { TemplateBoard } from "@/features/folders/TemplateBoard";
import { SelectField } from "@/ui/SelectField";
import { Tabs } from "@/ui/Tabs";
import { useTitle } from "@/ui/use_title";
import type { FoldersSearch } from "./folders_page_view";
import { FOLDER_TABS } from "./folders_page_view";
import { useProjects } from "./use_projects";
import styles from "./folders_page.module.css";

const DATA_TYPES: readonly { value: FolderDataType; name: string }[] = [
  { value: "published", name: "Published" },
  { value: "work", name: "Work" },
  { value: "cache", name: "Cache" },
  { value: "render", name: "Render" },
  { value: "deliverable", name: "Deliverable" },
];

/** Where a project lies on the shared file system, what differs from the database, and by which templates. */
export function FoldersPage() {
  const { code = "" } = useParams({ strict: false });
  const search: FoldersSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const { nameOfCode } = useProjects();
  const may = useMay(code);
  const [dataType, setDataType] = useState<FolderDataType>("published");
  const tab = search.tab ?? "disk";
  useTitle(`Folders · ${nameOfCode(code)}`);
  const show = (next: FoldersSearch) => void navigate({ to: "/p/$code/folders", params: { code }, search: next, replace: true });
  return (
    <section className={styles.page} aria-label="Folders">
      <h1 className={styles.title}>Folders</h1>
      <Tabs
        label="Folders"
        tabs={FOLDER_TABS}
        current={tab}
        onChange={(id) => {
          show(id === "disk" ? {} : { tab: id });
        }}
      >
        {tab === "disk" && (
          <div className={styles.disk}>
            <ScanBoard key={code} project={code} mayManage={may("job:manage")} />
            <section className={styles.tree} aria-label="Tree of folders">
              <div className={styles.head}>
                <h2 className={styles.heading}>Tree</h2>
                <SelectField
                  label="Folders of"
                  value={dataType}
                  options={DATA_TYPES}
                  onChange={(event) => {
                    setDataType(event.target.value as FolderDataType);
                  }}
                />
              </div>
              <FolderTree key={`${code} ${dataType}`} project={code} dataType={dataType} label="Folders of the project" />
            </section>
          </div>
        )}
        {tab === "aside" && <AsideList key={code} project={code} mayManage={may("job:manage")} />}
        {tab === "templates" && (
          <TemplateBoard
            key={code}
            project={code}
            mayChange={may("project:update")}
            open={search.template}
            onOpen={(template) => {
              show({ tab: "templates", ...(template !== undefined && { template }) });
            }}
          />
        )}
      </Tabs>
    </section>
  );
}
