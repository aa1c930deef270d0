import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { toCsv } from "../../rules/csv";
import { loadActivity } from "../../ui/audit/activity";
import { downloadText } from "../../ui/download";
import { activityHeadings, activityRow } from "./activityCsv";
import type { ActivityFilters } from "./filters";
import { asked } from "./queries";

const ROWS_AT_ONCE = 100;

type State = { running: boolean; count: number; saved: boolean; error: unknown };
const idle: State = { running: false, count: 0, saved: false, error: null };

/** Reads every page that the filters match, and saves them as a file. After a failure it goes on where it stopped. */
export function useExport(filters: ActivityFilters) {
  const queries = useQueryClient();
  const [state, setState] = useState(idle);
  const read = useRef<{ rows: string[][]; cursor: string | undefined }>({ rows: [], cursor: undefined });
  const stop = useRef(new AbortController());
  const cancel = () => {
    stop.current.abort();
    setState(idle);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: other filters match other records.
  useEffect(() => cancel, [JSON.stringify(filters)]);

  const run = async () => {
    const { signal } = stop.current;
    setState((before) => ({ ...before, running: true, error: null }));
    try {
      do {
        const { cursor } = read.current;
        const query = { ...asked(filters), limit: ROWS_AT_ONCE, ...(cursor && { cursor }) };
        const page = await loadActivity(queries, query, signal);
        if (signal.aborted) return;
        read.current.rows.push(...page.rows.map(activityRow));
        read.current.cursor = page.hasMore ? (page.cursor ?? undefined) : undefined;
        setState((before) => ({ ...before, count: read.current.rows.length }));
      } while (read.current.cursor);
      const day = new Date().toISOString().slice(0, 10);
      downloadText(`activity-${day}.csv`, toCsv([activityHeadings, ...read.current.rows]));
      setState((before) => ({ ...before, running: false, saved: true }));
    } catch (error) {
      if (!signal.aborted) setState((before) => ({ ...before, running: false, error }));
    }
  };

  return {
    ...state,
    cancel,
    goOn: () => void run(),
    start: () => {
      stop.current = new AbortController();
      read.current = { rows: [], cursor: undefined };
      setState(idle);
      void run();
    },
  };
}
