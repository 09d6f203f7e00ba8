import { useParams } from "@tanstack/react-router";
import { WebhookBoard } from "@/features/webhooks/WebhookBoard";
import { useTitle } from "@/ui/use_title";
import { useProjects } from "./use_projects";

/** What happens in a project, told to servers outside. */
export function WebhooksPage() {
  const { code = "" } = useParams({ strict: false });
  const { nameOfCode } = useProjects();
  useTitle(`Webhooks · ${nameOfCode(code)}`);
  return <WebhookBoard key={code} project={code} />;
}
