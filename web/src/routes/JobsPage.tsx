import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { mayDo, meQuery } from "@/api/me_queries";
import { JobBoard } from "@/features/jobs/JobBoard";
import type { JobSearch } from "@/features/jobs/job_view";
import { useTitle } from "@/ui/use_title";
import { useProjects } from "./use_projects";

/** The jobs of one project, or of all that one may see. */
export function JobsPage() {
  const { code } = useParams({ strict: false });
  const search: JobSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const { nameOfCode, nameOfId } = useProjects();
  const { data: me } = useQuery(meQuery);
  useTitle(code === undefined ? "Jobs" : `Jobs · ${nameOfCode(code)}`);
  const onSearch = (next: JobSearch) => {
    void (code === undefined
      ? navigate({ to: "/jobs", search: next, replace: true })
      : navigate({ to: "/p/$code/jobs", params: { code }, search: next, replace: true }));
  };
  return (
    <JobBoard
      key={code}
      project={code}
      search={search}
      onSearch={onSearch}
      projectName={nameOfId}
      mayManage={(projectId) => mayDo(me, "job:manage", projectId ?? undefined)}
    />
  );
}
