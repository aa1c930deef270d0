import { useEffect, useRef, useState } from "react";
import { downloadText } from "../../ui/download";
import type { ReviewFilters } from "./filters";
import { loadCsv } from "./queries";

type State = { running: boolean; saved: boolean; error: unknown };
const idle: State = { running: false, saved: false, error: null };

/** Reads every page of the day's CSV, and saves them as one file. After a failure it goes on where it stopped. */
export function useDownload(filters: ReviewFilters) {
  const [state, setState] = useState(idle);
  const read = useRef<{ text: string; next: Parameters<typeof loadCsv>[0] }>({ text: "", next: filters });
  const stop = useRef(new AbortController());
  const cancel = () => {
    stop.current.abort();
    setState(idle);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another day is another file.
  useEffect(() => cancel, [filters.at]);

  const run = async () => {
    const { signal } = stop.current;
    setState({ ...idle, running: true });
    try {
      for (;;) {
        const page = await loadCsv(read.current.next, signal);
        if (signal.aborted) return;
        const text = read.current.text + page.text;
        if (!page.next) {
          downloadText(page.name, text);
          break;
        }
        read.current = { text, next: page.next };
      }
      setState({ ...idle, saved: true });
    } catch (error) {
      if (!signal.aborted) setState({ ...idle, error });
    }
  };

  return {
    ...state,
    cancel,
    goOn: () => void run(),
    start: () => {
      stop.current = new AbortController();
      read.current = { text: "", next: filters };
      void run();
    },
  };
}
