import { readFileSync } from "node:fs";
import userEvent from "@testing-library/user-event";
import { type MockInstance, vi } from "vitest";

// happy-dom says `hashchange` also after replaceState. Browsers do not.
let replaced = "";
const replaceState = history.replaceState.bind(history);
history.replaceState = (...entry) => {
  replaceState(...entry);
  replaced = location.href;
};
addEventListener("hashchange", (event) => {
  if (event.newURL === replaced) event.stopImmediatePropagation();
  else replaced = "";
});

/** Opens an entry page at an address, without its script. Leaving the page is noted instead of done. */
export function openEntryPage(page: string, address: string) {
  const html = readFileSync(`${page}.html`, "utf8");
  const body = new DOMParser().parseFromString(html, "text/html").body;
  for (const script of body.querySelectorAll("noscript")) script.remove();
  document.body.replaceChildren(...body.childNodes);
  history.replaceState(null, "", address);
  return { person: userEvent.setup(), replace: watch("replace"), assign: watch("assign") };
}

function watch(way: "assign" | "replace"): MockInstance<(url: string | URL) => void> {
  return vi.spyOn(location, way).mockImplementation(() => {});
}

/** The heading of the step that shows. A page shows one. */
export function shownHeading(): HTMLElement {
  const headings = [...document.querySelectorAll<HTMLElement>("h1")].filter((one) => !one.closest("[hidden]"));
  if (headings.length !== 1 || !headings[0]) throw new Error(`${headings.length} headings show`);
  return headings[0];
}
