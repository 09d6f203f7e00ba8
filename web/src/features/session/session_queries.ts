import { queryOptions } from "@tanstack/react-query";
import { answerOf, client } from "@/api/client";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => answerOf(client.GET("/api/v1/me", { signal })),
  staleTime: 5 * 60_000,
  retry: false,
});

export function signIn(login: string, password: string) {
  return answerOf(client.POST("/api/v1/auth/login", { body: { login, password } }));
}

/** Sets the owner's password with the token of the one-time link, and signs in. */
export function setUpOwner(token: string, password: string) {
  return answerOf(client.POST("/api/v1/auth/setup", { body: { token, password } }));
}

export function signOut() {
  return answerOf(client.POST("/api/v1/auth/logout"));
}
