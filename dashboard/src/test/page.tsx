import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { makeQueries } from "../queries";
import { makeRouter } from "../router";

/** Opens a page of the application as a browser would, and answers the hands of a person. */
export function openPage(path: string) {
  const queries = makeQueries({ retry: false });
  const router = makeRouter(queries, createMemoryHistory({ initialEntries: [path] }));
  const view = render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...view, router, person: userEvent.setup() };
}
