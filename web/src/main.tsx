import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "@/api/query_client";
import { KEY_CHOICES, readKeyChoices } from "@/lib/key_choices";
import { Keymap } from "@/lib/keymap";
import { createAppRouter } from "@/routes/router";
import { KeymapProvider } from "@/ui/keymap/KeymapProvider";
import "@/ui/tokens.css";
import "@/ui/base.css";

const queryClient = createQueryClient(() => {
  const { pathname, href } = router.state.location;
  if (pathname === "/login" || pathname === "/setup") return;
  queryClient.removeQueries({ queryKey: ["me"] });
  void router.navigate({ to: "/login", search: { next: href }, replace: true });
});
const router = createAppRouter(queryClient);

// The keys that someone chose in this browser; another tab may choose others.
const keymap = new Keymap();
keymap.choose(readKeyChoices());
window.addEventListener("storage", ({ key }) => {
  if (key === KEY_CHOICES) keymap.choose(readKeyChoices());
});

const container = document.getElementById("root");
if (container !== null) {
  createRoot(container).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <KeymapProvider keymap={keymap}>
          <RouterProvider router={router} />
        </KeymapProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
