import { tabStorage } from "./session/storage";

const KEY = "reloaded";
const AGAIN_AFTER = 10_000;

/** Reloads a page that is out of date by itself. */
export function reloadStalePages(): void {
  // After a deployment, an open page may ask for a file of before. One reload gets the new page.
  addEventListener("vite:preloadError", () => {
    const now = Date.now();
    if (now - Number(tabStorage.get(KEY) ?? 0) < AGAIN_AFTER) return;
    // A page that can't remember its reload could reload for ever.
    if (tabStorage.set(KEY, String(now))) location.reload();
  });
  // Back must not show what a person saw who has signed out since.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
