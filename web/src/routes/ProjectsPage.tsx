import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { meQuery, useMay } from "@/api/me_queries";
import { CreateProjectDialog } from "@/features/projects/CreateProjectDialog";
import { ProjectBrowser } from "@/features/projects/ProjectBrowser";
import { useKeys } from "@/ui/keymap/use_keys";
import { useTitle } from "@/ui/use_title";
import { NotAllowedDialog } from "./NotAllowedDialog";

const route = getRouteApi("/app/projects");

export function ProjectsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const me = useQuery(meQuery);
  useTitle("Projects");

  const creating = (open: boolean) => {
    void navigate({
      search: ({ q, view }) => ({
        ...(q !== undefined && { q }),
        ...(view !== undefined && { view }),
        ...(open && { create: "1" as const }),
      }),
      replace: !open,
    });
  };
  const mayCreate = may("project:create");
  useKeys([
    {
      id: "projects.create",
      context: "page",
      keys: ["c"],
      label: "New project",
      run: () => {
        if (mayCreate) creating(true);
        return mayCreate;
      },
    },
  ]);

  return (
    <>
      <ProjectBrowser
        search={search}
        onSearch={(change) => void navigate({ search: change, replace: true })}
        onCreate={
          mayCreate
            ? () => {
                creating(true);
              }
            : undefined
        }
        link={(project, children, className) => (
          <Link to="/p/$code/assets" params={{ code: project.code }} className={className}>
            {children}
          </Link>
        )}
      />
      {search.create === "1" && me.isSuccess && !mayCreate && (
        <NotAllowedDialog act="make projects" permission="project:create" onClose={() => { creating(false); }} />
      )}
      <CreateProjectDialog
        open={search.create === "1" && mayCreate}
        onClose={() => {
          creating(false);
        }}
        onCreated={(project) => void navigate({ to: "/p/$code/assets", params: { code: project.code } })}
      />
    </>
  );
}
