import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/ui/EmptyState";

export function NotFoundPage() {
  return (
    <main>
      <EmptyState
        page
        icon="search"
        title="There is no such page"
        cause="The address may be mistyped, or from another version of Bifrost."
      >
        <Link to="/">Go to the start</Link>
      </EmptyState>
    </main>
  );
}
