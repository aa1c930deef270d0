import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueries } from "./queries";
import { makeRouter } from "./router";
import "./ui/app.css";

const queries = makeQueries();

// After a deployment, an open page may ask for a file of before. One reload gets the new page.
addEventListener("vite:preloadError", () => {
  const now = Date.now();
  if (now - Number(sessionStorage.getItem("reloaded") ?? 0) < 10_000) return;
  sessionStorage.setItem("reloaded", String(now));
  location.reload();
});

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
