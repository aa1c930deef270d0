import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

/** How many pages are read without a row before the person is asked whether to go on. */
const PAGES_AT_ONCE = 20;

type Reading = Pick<UseInfiniteQueryResult, "hasNextPage" | "isFetching" | "error"> & {
  data: { pages: unknown[] } | undefined;
  fetchNextPage: () => Promise<unknown>;
};

type Search = { searching: boolean; stop: () => void; goOn: () => void };

/**
 * Reads on while a list has no row and yet a next page: the API ends the page of a search that takes long, also
 * when it found nothing. Null if there is nothing to read on for. `of` names what is searched, and starts again.
 */
export function useSearchOn(query: Reading, found: boolean, of: string): Search | null {
  const pages = query.data?.pages.length ?? 0;
  const [allowed, setAllowed] = useState({ of, pages: PAGES_AT_ONCE });
  const open = pages > 0 && !found && query.hasNextPage && !query.error;
  const searching = open && pages < (allowed.of === of ? allowed.pages : PAGES_AT_ONCE);
  const { isFetching, fetchNextPage } = query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a quick page may come without a render that shows the fetch.
  useEffect(() => {
    if (searching && !isFetching) void fetchNextPage();
  }, [searching, isFetching, pages, fetchNextPage]);
  if (!open) return null;
  return {
    searching,
    stop: () => setAllowed({ of, pages: 0 }),
    goOn: () => setAllowed({ of, pages: pages + PAGES_AT_ONCE }),
  };
}

/** Says that a search goes on by itself, or that it stopped before the end. */
export function SearchOn({ search, onSearchOn }: { search: Search; onSearchOn?: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  // The button goes when something is found. Its focus must not be lost.
  useLayoutEffect(() => {
    const element = box.current;
    return () => {
      if (element?.contains(document.activeElement)) document.querySelector("h1")?.focus();
    };
  }, []);
  const goOn = () => {
    search.goOn();
    onSearchOn?.();
  };
  return (
    <div ref={box}>
      <p role="status">{search.searching ? "Searching…" : "Nothing found so far. Only the newest were searched."}</p>
      <button type="button" onClick={search.searching ? search.stop : goOn}>
        {search.searching ? "Stop" : "Search on"}
      </button>
    </div>
  );
}
