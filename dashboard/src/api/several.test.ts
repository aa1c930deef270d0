import { expect, test } from "vitest";
import { pageOfSeveral } from "./several";

const lists: Record<string, string[]> = { bounced: ["a", "b", "c"], failed: [], delayed: ["d", "e"] };

/** A list that is read by position, as the API reads one by cursor. */
async function load(value: string, cursor: string | undefined, limit: number) {
  const all = lists[value] ?? [];
  const start = cursor ? Number(cursor.slice(3)) : 0;
  const end = start + limit;
  return { rows: all.slice(start, end), cursor: `at:${end}`, hasMore: end < all.length };
}

const states = ["bounced", "failed", "delayed"];

test.each([1, 2, 3, 4, 5, 50])("pages of %i hold every row once, in the order of the values", async (limit) => {
  const rows: string[] = [];
  let cursor: string | undefined;
  for (let more = true; more; ) {
    const page = await pageOfSeveral(states, cursor, limit, load);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    cursor = page.cursor ?? undefined;
    more = page.hasMore;
  }
  expect(rows).toEqual(["a", "b", "c", "d", "e"]);
});

test("rows that could not be read are counted over all values", async () => {
  const page = await pageOfSeveral(states, undefined, 50, async () => ({ rows: [], hasMore: false, skipped: 2 }));
  expect(page.skipped).toBe(6);
});

test("a search that found nothing yet goes on where it was", async () => {
  const seen: string[] = [];
  const search = async (value: string, cursor: string | undefined) => {
    seen.push(`${value} ${cursor}`);
    return cursor ? { rows: [value], hasMore: false } : { rows: [], cursor: "x:1", hasMore: true };
  };
  const first = await pageOfSeveral(["bounced"], undefined, 50, search);
  expect(first).toMatchObject({ rows: [], hasMore: true });
  const second = await pageOfSeveral(["bounced"], first.cursor ?? undefined, 50, search);
  expect(second).toMatchObject({ rows: ["bounced"], hasMore: false });
  expect(seen).toEqual(["bounced undefined", "bounced x:1"]);
});
