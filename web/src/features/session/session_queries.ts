import { answerOf, client } from "@/api/client";

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

/** Changes one's own name and address of mail. */
export function updateProfile(id: string, revision: number, body: { name: string; email: string | null }) {
  return answerOf(
    client.PATCH("/api/v1/users/{id}", { params: { path: { id }, header: { "If-Match": `"${String(revision)}"` } }, body }),
  );
}

export function changePassword(current_password: string, password: string) {
  return answerOf(client.POST("/api/v1/auth/password", { body: { current_password, password } }));
}
