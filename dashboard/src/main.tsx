import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueries } from "./queries";
import { reloadStalePages } from "./reload";
import { makeRouter } from "./router";
import "./ui/app.css";

const queries = makeQueries();

reloadStalePages();

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
