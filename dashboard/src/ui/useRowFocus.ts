import { useEffect, useState } from "react";

type Acted = { key: string; next: string | null };

/**
 * Where the focus goes after something was done to a row: to the row, or to the next one when it is gone, or to the
 * page's title when none is left. Someone who went on meanwhile keeps the focus. `version` changes with the filters
 * and with each page of the list, which end the wait.
 */
export function useRowFocus(keys: string[], version: string) {
  const [acted, setActed] = useState<Acted | null>(null);
  const [focusKey, setFocusKey] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another list ends the wait.
  useEffect(() => {
    setActed(null);
    setFocusKey(null);
  }, [version]);
  useEffect(() => {
    if (!acted || keys.includes(acted.key)) return;
    setActed(null);
    // The focus fell to the body when its row went.
    if (document.activeElement !== document.body) return;
    if (acted.next && keys.includes(acted.next)) setFocusKey(acted.next);
    else document.querySelector<HTMLElement>("h1")?.focus();
  }, [acted, keys]);
  return {
    focusKey,
    /** Says that something was done to a row. `stay` leaves the focus on the row's button while it is there. */
    act: (key: string, stay: boolean) => {
      const at = keys.indexOf(key);
      setActed({ key, next: keys[at + 1] ?? keys[at - 1] ?? null });
      setFocusKey(stay ? null : key);
    },
  };
}
