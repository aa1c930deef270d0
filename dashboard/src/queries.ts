import { MutationCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "./api/problem";

/** The application's cache. Nothing in it is optimistic: after a change, everything on screen is read again. */
export function makeQueries(options: { retry?: boolean } = {}): QueryClient {
  const queries: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        // A refusal stays one. Only an answer that did not come is worth a second try.
        retry: (tries, error) =>
          options.retry !== false && tries < 1 && error instanceof Problem && error.status >= 500,
        staleTime: 5_000,
        // The browser's own guess is often wrong. A request that fails says so.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
    mutationCache: new MutationCache({
      onSettled: (_, error) => {
        // Each request would open the sign-in dialog that was just closed.
        const signedOut = error instanceof Problem && error.code === "unauthenticated";
        return signedOut ? undefined : queries.invalidateQueries();
      },
    }),
  });
  return queries;
}
