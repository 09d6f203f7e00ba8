import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { useMay } from "@/api/me_queries";
import { EditBoard } from "@/features/edits/EditBoard";
import { rememberProject } from "@/features/projects/project_queries";
import { Hidden } from "@/ui/Hidden";
import { useTitle } from "@/ui/use_title";
import styles from "./shell.module.css";
import { useProjects } from "./use_projects";

const route = getRouteApi("/app/p/$code/edits");

export function EditsPage() {
  const { code } = route.useParams();
  const { nameOfCode } = useProjects();
  const may = useMay(code);
  useTitle(`Edits · ${nameOfCode(code)}`);
  useEffect(() => {
    rememberProject(code);
  }, [code]);
  return (
    <div className={styles.split}>
      <h1>
        <Hidden>Edits of {nameOfCode(code)}</Hidden>
      </h1>
      <EditBoard key={code} project={code} mayUpdate={may("shot:create")} />
    </div>
  );
}
