import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { PAGE_ROWS } from "../../api/list";
import type { ReviewFilters } from "./filters";

export type ReviewPage = Schemas["AccessReviewView"];
export type ReviewedKey = Schemas["ReviewedKeyView"];

/** A cursor counts only for its day. After midnight, today is another one. */
type Position = { at?: string; cursor?: string };

type Answer = { data?: ReviewPage; error?: unknown; response: Response };

const CSV_PEOPLE = 1000;

export const reviewQuery = (filters: ReviewFilters) =>
  infiniteQueryOptions({
    queryKey: ["accessReview", filters],
    queryFn: ({ pageParam, signal }): Promise<ReviewPage> => {
      const query = { ...pageParam, limit: PAGE_ROWS };
      // Without a format it is never a text.
      return data(api.GET("/v1/accessReview", { params: { query }, signal }) as Promise<Answer>);
    },
    initialPageParam: filters as Position,
    getNextPageParam: ({ at, cursor, hasMore }): Position | undefined =>
      hasMore && cursor ? { at, cursor } : undefined,
    placeholderData: keepPreviousData,
  });

/** One page of the review as CSV, how the service names the file, and where the next page begins. */
export async function loadCsv(from: Position, signal: AbortSignal) {
  const query = { ...from, format: "csv" as const, limit: CSV_PEOPLE };
  const call = api.GET("/v1/accessReview", { params: { query }, parseAs: "text", signal });
  const text = await data(call);
  const { headers } = (await call).response;
  const name = headers.get("content-disposition")?.match(/filename="([\w.-]+)"/)?.[1];
  return { text, name: name ?? "access-review.csv", next: nextOf(headers.get("link")) };
}

/** Where the link with `rel="next"` leads. */
function nextOf(link: string | null): Position | null {
  const target = link?.match(/<([^>]+)>; rel="next"/)?.[1];
  if (!target) return null;
  const query = new URL(target, location.origin).searchParams;
  const [at, cursor] = [query.get("at"), query.get("cursor")];
  return at && cursor ? { at, cursor } : null;
}
