type Page<Row> = { rows: Row[]; cursor?: string | null; hasMore: boolean; skipped?: number };
type Load<Value, Row> = (value: Value, cursor: string | undefined, limit: number) => Promise<Page<Row>>;

/**
 * A page over several values of a filter that takes one at a time: all of the first value, then of the second. The
 * cursor says which value is next, and where in its list.
 */
export async function pageOfSeveral<Value, Row>(
  values: readonly Value[],
  from: string | undefined,
  limit: number,
  load: Load<Value, Row>,
): Promise<Page<Row>> {
  let { index, cursor } = parse(from);
  const rows: Row[] = [];
  let skipped = 0;
  for (let value = values[index]; value !== undefined; value = values[index]) {
    if (rows.length >= limit) return { rows, cursor: `${index}:`, hasMore: true, skipped };
    const page = await load(value, cursor, limit - rows.length);
    rows.push(...page.rows);
    skipped += page.skipped ?? 0;
    // A search ends a page early rather than read a whole clinic.
    if (page.hasMore) return { rows, cursor: `${index}:${page.cursor ?? ""}`, hasMore: true, skipped };
    cursor = undefined;
    index += 1;
  }
  return { rows, cursor: null, hasMore: false, skipped };
}

function parse(from: string | undefined): { index: number; cursor: string | undefined } {
  const [index = "0", ...rest] = (from ?? "0:").split(":");
  return { index: Number(index), cursor: rest.join(":") || undefined };
}
