import { getRouteApi } from "@tanstack/react-router";
import { EntryCard } from "@/features/session/EntryCard";
import { SignInForm } from "@/features/session/SignInForm";
import { useTitle } from "@/ui/use_title";
import { useSignedIn } from "./use_signed_in";

const route = getRouteApi("/login");

export function LoginPage() {
  const { next } = route.useSearch();
  useTitle("Sign in");
  return (
    <EntryCard title="Sign in">
      <SignInForm onSignedIn={useSignedIn(next)} />
    </EntryCard>
  );
}
