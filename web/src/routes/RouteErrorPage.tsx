import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ErrorState } from "@/ui/ErrorState";

/** What stands in the place of a page that could not be shown at all. */
export function RouteErrorPage({ error }: ErrorComponentProps) {
  const router = useRouter();
  return <ErrorState large error={error} onRetry={() => void router.invalidate()} />;
}
