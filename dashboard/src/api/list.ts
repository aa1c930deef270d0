import { keepPreviousData } from "@tanstack/react-query";

/** How many rows a page of a list has. */
export const PAGE_ROWS = 50;

/** How to get from page to page. */
export const nextCursor = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { cursor?: string | null; hasMore: boolean }) =>
    page.hasMore ? (page.cursor ?? undefined) : undefined,
};

/** What every list does to follow its cursor. */
export const followCursor = {
  ...nextCursor,
  // A changed filter keeps the rows on screen until the new ones are there.
  placeholderData: keepPreviousData,
};
