import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Loading } from "./Loading";
import { ProblemNote } from "./ProblemNote";
import { SearchOn, useSearchOn } from "./SearchOn";
import { Skipped } from "./Skipped";

/** A page of a list, as the API answers it. */
type ListPage = { cursor?: string | null; hasMore: boolean; skipped?: number };

/**
 * A list that grows page by page. Rows that were loaded stay when a later page fails. `children` renders the rows,
 * and gets the key of the first row of the newest page, for the focus.
 */
export function Pages<Page extends ListPage, Row>(props: {
  what: string;
  query: UseInfiniteQueryResult<InfiniteData<Page>>;
  rowsOf: (page: Page) => Row[];
  rowKey: (row: Row) => string;
  empty: ReactNode;
  /** For a list above the main one, which says by itself that reading again failed: the button for the next page. */
  more?: string;
  /** What selects the rows. Another one starts again. */
  filters?: object;
  children: (rows: Row[], focusKey: string | null) => ReactNode;
}) {
  const { query } = props;
  const of = JSON.stringify(props.filters ?? {});
  const [seen, setSeen] = useState<{ of: string; rows: number; firstNew?: string } | null>(null);
  const pages = query.data?.pages ?? [];
  const rows = pages.flatMap(props.rowsOf);
  const skipped = pages.reduce((sum, page) => sum + (page.skipped ?? 0), 0);
  // Kept by its key: rows that come above it later must not give the focus to another row.
  const firstNew = seen?.of === of ? rows[seen.rows] : undefined;
  if (seen && firstNew && !seen.firstNew) setSeen({ ...seen, firstNew: props.rowKey(firstNew) });
  const search = useSearchOn(query, rows.length > 0, of);
  if (query.isPending) return <Loading what={props.what} />;
  return (
    <>
      {query.error && (!props.more || query.isFetchNextPageError) && (
        <ProblemNote error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && rows.length === 0 && !query.hasNextPage && props.empty}
      {rows.length > 0 && props.children(rows, (seen?.of === of && seen.firstNew) || null)}
      <Skipped what="row" count={skipped} />
      {search && <SearchOn search={search} onSearchOn={() => setSeen({ of, rows: 0 })} />}
      {query.hasNextPage && rows.length > 0 && (
        <p>
          <button
            type="button"
            aria-disabled={query.isFetchingNextPage}
            onClick={() => {
              if (query.isFetchingNextPage) return;
              setSeen({ of, rows: rows.length });
              void query.fetchNextPage();
            }}
          >
            {query.isFetchingNextPage ? "Loading…" : (props.more ?? "Show more")}
          </button>
        </p>
      )}
    </>
  );
}
