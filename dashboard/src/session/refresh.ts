import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Problem } from "../api/problem";
import { usePresence } from "./presence";

/** What decides when to ask for a list again. */
type List = { data: { pages: unknown[] } | undefined; error: unknown };

/**
 * Asks again for what the page shows, and at once when someone comes back to it. `key` names the queries, and `list`
 * is the longest of them. No one asks while the page is hidden or unattended. Null asks only when someone comes back.
 */
export function useRefresh(key: QueryKey, list: List, everyMs: number | null): void {
  const queries = useQueryClient();
  const present = usePresence();
  const wait = everyMs && askAgainAfter(list, everyMs);
  // Each request would open the sign-in dialog that was just closed.
  const signedOut = list.error instanceof Problem && list.error.status === 401;
  const name = JSON.stringify(key);
  const wasPresent = useRef(true);
  useEffect(() => {
    const refresh = () => {
      if (signedOut || document.visibilityState === "hidden") return;
      void queries.refetchQueries({ queryKey: JSON.parse(name), type: "active" }, { cancelRefetch: false });
    };
    // A window that lay beside another one was never hidden.
    addEventListener("focus", refresh);
    const timer = present && wait ? setInterval(refresh, wait) : undefined;
    if (present && !wasPresent.current) refresh();
    wasPresent.current = present;
    return () => {
      removeEventListener("focus", refresh);
      clearInterval(timer);
    };
  }, [queries, name, present, wait, signedOut]);
}

/** A refusal that names a time is obeyed. Many pages take many requests, so they are asked for less often. */
function askAgainAfter({ data, error }: List, everyMs: number): number {
  const refused = error instanceof Problem ? (error.retryAfter ?? 0) * 1000 : 0;
  return Math.max(everyMs * (data?.pages.length || 1), refused);
}
