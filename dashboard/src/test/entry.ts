import { readFileSync } from "node:fs";
import { waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, type MockInstance, vi } from "vitest";
import { serveApi } from "./api";

/** Long enough, and not easy to guess. */
export const PASSWORD = "lantern gravel otter";

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

/** Opens an entry page over these answers, and starts its script. */
export function startEntryPage(
  page: string,
  start: () => unknown,
  address: string,
  routes: Parameters<typeof serveApi>[0],
) {
  const sent = serveApi(routes);
  const opened = openEntryPage(page, address);
  void start();
  return { ...opened, sent };
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

/** Waits for the step with this title. It has the focus and names the tab. */
export async function step(title: string | RegExp): Promise<void> {
  await waitFor(() => expect(shownHeading().textContent).toMatch(title));
  expect(document.activeElement).toBe(shownHeading());
  expect(document.title).toBe(`${shownHeading().textContent} · AutoScribe`);
}

/** The text of the step that shows. */
export function text(): string {
  return shownHeading().closest("section")?.textContent ?? "";
}
