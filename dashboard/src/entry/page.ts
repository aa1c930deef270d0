/** What the entry pages share: their elements, their steps, and the token of the emailed link. */

/** The element of an id. The page and its script belong together, so a missing one is a fault of ours. */
export function byId<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${id}.`);
  return found;
}

/** Sets the text of an element. */
export function setText(id: string, text: string): void {
  byId(id, HTMLElement).textContent = text;
}

/** Makes an element with attributes and contents. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...contents: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...contents);
  return element;
}

/** Shows one step of the page. Its heading gets the focus, so that a screen reader says where the person is. */
export function showStep(name: string): void {
  let heading: HTMLElement | null = null;
  for (const step of document.querySelectorAll<HTMLElement>("[data-step]")) {
    step.hidden = step.dataset.step !== name;
    if (!step.hidden) heading = step.querySelector("h1");
  }
  document.title = `${heading?.textContent} · AutoScribe`;
  heading?.focus();
}

/** Shows that the page waits for an answer, unless the answer is quick. */
export async function showLoadingDuring<T>(work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => showStep("loading"), 200);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** A way on from an outcome: a link, or something to do. */
export type Action = {
  text: string;
  go: string | ((button: HTMLButtonElement) => void);
  /** Whether it is for few people, so that even the first one looks like the others. */
  rare?: boolean;
};

/** How something ended. */
export type Outcome = {
  mark: "good" | "bad" | "plain";
  title: string;
  text: string[];
  /** Names a failed request in the service's logs. */
  requestId?: string | null;
  actions?: Action[];
};

/** Shows how something ended, and the ways on. The address names no step then. */
export function showOutcome(outcome: Outcome): void {
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  const step = document.querySelector('[data-step="outcome"]');
  const icon = outcome.mark === "good" ? "✓" : "!";
  step?.replaceChildren(
    make("p", { class: `mark ${outcome.mark}`, "aria-hidden": "true" }, icon),
    make("h1", { tabindex: "-1" }, outcome.title),
    ...outcome.text.filter(Boolean).map((text) => make("p", {}, text)),
    ...(outcome.requestId ? [requestLine(outcome.requestId)] : []),
    make("div", { class: "actions" }, ...(outcome.actions ?? []).map(actionElement)),
  );
  showStep("outcome");
}

function actionElement({ text, go, rare }: Action, index: number): HTMLElement {
  const look = index === 0 && !rare ? " first" : "";
  if (typeof go === "string") return make("a", { class: `button${look}`, href: go }, text);
  const button = make("button", { type: "button", class: look.trim() }, text);
  button.addEventListener("click", () => go(button));
  return button;
}

/** What names a failed request in the service's logs. */
export function requestLine(requestId: string): HTMLElement {
  return make("p", { class: "quiet" }, "Request ID ", make("code", {}, requestId));
}

// Some email scanners encode the `#` of a link, so that the token comes in the path. A fragment counts first.
const TOKEN = /(?:#|%(?:25)*23)token(?:=|%(?:25)*3D)([\w.-]+)/i;

/** Whether the address holds a token. */
export function hasToken(): boolean {
  return TOKEN.test(location.hash) || TOKEN.test(location.pathname);
}

/**
 * The token of the emailed link. It leaves the address, so that neither the history nor a shared screen shows it.
 * This tab keeps it under `key`, so that a reload or the Back button finds it again.
 */
export function takeToken(key: string): string | null {
  const token = (location.hash.match(TOKEN) ?? location.pathname.match(TOKEN))?.[1];
  if (!token) return inStorage((storage) => storage.getItem(key));
  inStorage((storage) => storage.setItem(key, token));
  history.replaceState(null, "", location.pathname.replace(TOKEN, "") + location.search);
  return token;
}

/** Forgets the token of a link that is of no more use. */
export function forgetToken(key: string): void {
  inStorage((storage) => storage.removeItem(key));
}

/** A browser may refuse the storage. Then the token lasts until the next reload. */
function inStorage<T>(use: (storage: Storage) => T): T | null {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}
