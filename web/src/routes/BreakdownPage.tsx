import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { useMay } from "@/api/me_queries";
import { BreakdownBoard } from "@/features/breakdown/BreakdownBoard";
import { rememberProject } from "@/features/projects/project_queries";
import { formatList, parseList } from "@/lib/url_state";
import { Hidden } from "@/ui/Hidden";
import { useTitle } from "@/ui/use_title";
import styles from "./shell.module.css";
import { useProjects } from "./use_projects";

const route = getRouteApi("/app/p/$code/breakdown");

export function BreakdownPage() {
  const { code } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { nameOfCode } = useProjects();
  const may = useMay(code);
  useTitle(`Breakdown · ${nameOfCode(code)}`);
  useEffect(() => {
    rememberProject(code);
  }, [code]);
  return (
    <div className={styles.split}>
      <h1>
        <Hidden>Breakdown of {nameOfCode(code)}</Hidden>
      </h1>
      <BreakdownBoard
        key={code}
        project={code}
        filter={{ text: search.q ?? "", sequences: parseList(search.sequence), types: parseList(search.type) }}
        onFilter={({ text, sequences, types }) => {
          const sequence = formatList(sequences);
          const type = formatList(types);
          void navigate({
            search: { ...(text.trim() !== "" && { q: text }), ...(sequence !== undefined && { sequence }), ...(type !== undefined && { type }) },
            replace: true,
          });
        }}
        mayUpdate={may("shot:update")}
        onEnter={(shot) => void navigate({ to: "/p/$code/shots/$shot", params: { code, shot } })}
      />
    </div>
  );
}
