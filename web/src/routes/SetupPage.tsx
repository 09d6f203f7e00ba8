import { getRouteApi, Link } from "@tanstack/react-router";
import { EntryCard } from "@/features/session/EntryCard";
import { SetupForm } from "@/features/session/SetupForm";
import { useTitle } from "@/ui/use_title";
import { useSignedIn } from "./use_signed_in";

const route = getRouteApi("/setup");

export function SetupPage() {
  const { token } = route.useSearch();
  const onSignedIn = useSignedIn(undefined);
  useTitle("Set the owner’s password");
  if (token === undefined) {
    return (
      <EntryCard title="This link is not complete" note="Open the whole sign-in link that the server printed at its first start.">
        <Link to="/login">Sign in with a password</Link>
      </EntryCard>
    );
  }
  return (
    <EntryCard title="Set the owner’s password" note="This link works once. It makes you the owner of this Bifrost.">
      <SetupForm token={token} onSignedIn={onSignedIn} />
    </EntryCard>
  );
}
