import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/problem";
import { makeRouter } from "./router";
import "./ui/app.css";

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    // A refusal stays one. Only an answer that did not come is worth a second try.
    queries: {
      retry: (tries, error) => tries < 1 && error instanceof Problem && error.status >= 500,
      staleTime: 5_000,
    },
  },
  // Nothing is optimistic: after a change, everything on screen is read again.
  mutationCache: new MutationCache({ onSettled: () => queries.invalidateQueries() }),
});

// After a deployment, an open page may ask for a file of before. One reload gets the new page.
addEventListener("vite:preloadError", () => location.reload());

const app = document.getElementById("app");
if (app) {
  createRoot(app).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={makeRouter(queries)} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
