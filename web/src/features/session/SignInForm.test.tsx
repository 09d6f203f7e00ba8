import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { json, problem, renderApp, serve } from "@/test_support/render";
import { SetupForm } from "./SetupForm";
import { SignInForm } from "./SignInForm";

const fill = (label: string, value: string) => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
};

describe("SignInForm", () => {
  it("sends the login and the password, and tells when it is done", async () => {
    const requests = serve(() => json({ user: { id: "1" } }));
    const done = vi.fn();
    renderApp(<SignInForm onSignedIn={done} />);
    fill("Login or email", " owner ");
    fill("Password", "a secret ");
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    await waitFor(() => {
      expect(done).toHaveBeenCalledOnce();
    });
    expect(await requests[0]?.json()).toEqual({ login: "owner", password: "a secret " });
  });

  it("says in one sentence that it was refused, and keeps what was typed", async () => {
    serve(() => problem(401, "Unauthorized", "No."));
    renderApp(<SignInForm onSignedIn={vi.fn()} />);
    fill("Login or email", "owner");
    fill("Password", "wrong");
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent).toContain("don’t belong together");
    expect(screen.getByLabelText<HTMLInputElement>("Login or email").value).toBe("owner");
  });

  it("shows any other problem with its trace id", async () => {
    serve(() => problem(503, "The server is busy", "Too many sign-ins at once."));
    renderApp(<SignInForm onSignedIn={vi.fn()} />);
    fill("Login or email", "owner");
    fill("Password", "secret");
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Too many sign-ins at once.");
    expect(screen.getByRole("button", { name: "Copy trace id" })).toBeTruthy();
  });
});

describe("SetupForm", () => {
  it("asks the server only when both passwords are the same", async () => {
    const requests = serve(() => json({ user: { id: "1" } }));
    const done = vi.fn();
    renderApp(<SetupForm token="t-1" onSignedIn={done} />);
    fill("New password", "long enough");
    fill("The same again", "long enougH");
    fireEvent.click(screen.getByRole("button"));
    expect(screen.getByText("The two passwords differ.")).toBeTruthy();
    expect(requests).toHaveLength(0);
    fill("The same again", "long enough");
    fireEvent.click(screen.getByRole("button"));
    await waitFor(() => {
      expect(done).toHaveBeenCalledOnce();
    });
    expect(await requests[0]?.json()).toEqual({ token: "t-1", password: "long enough" });
  });

  it("shows what the server has against the password at the field", async () => {
    serve(() => json({ title: "Not accepted", errors: [{ pointer: "/password", detail: "That password is known." }] }, 422));
    renderApp(<SetupForm token="t-1" onSignedIn={vi.fn()} />);
    fill("New password", "password123");
    fill("The same again", "password123");
    fireEvent.click(screen.getByRole("button"));
    expect(await screen.findByText("That password is known.")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
