import { EmptyState } from "@/ui/EmptyState";
import { useTitle } from "@/ui/use_title";

export function NoProjectPage() {
  useTitle("Projects");
  return (
    <EmptyState
      page
      icon="project"
      title="No project yet"
      cause="Create one with “bifrost project create”, or ask a supervisor to add you to theirs."
    />
  );
}
