import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ErrorState } from "@/ui/ErrorState";

/** What stands in the place of a page that could not be shown at all. */
export function RouteErrorPage({ error }: ErrorComponentProps) {
  const router = useRouter();
  return <ErrorState large page error={error} onRetry={() => void router.invalidate()} />;
}

/** The same where there is no shell around it, because not even who is signed in could be found out. */
export function ShellErrorPage(props: ErrorComponentProps) {
  return (
    <main>
      <RouteErrorPage {...props} />
    </main>
  );
}
