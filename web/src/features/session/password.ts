export const MIN_PASSWORD = 10;

export interface PasswordFault {
  field: "password" | "repeated";
  text: string;
}

/** What is wrong with a new password before the server is asked; the server has the last word. */
export function passwordFault(password: string, repeated: string): PasswordFault | undefined {
  if (password.length < MIN_PASSWORD) {
    return { field: "password", text: `The password needs at least ${String(MIN_PASSWORD)} characters.` };
  }
  return password === repeated ? undefined : { field: "repeated", text: "The two passwords differ." };
}
