/**
 * Where to go after the sign-in: to `next` if it is a page of this origin, else to the first page. Browsers read
 * `//host`, `/\host` and a slash with a tab or line break after it as another origin.
 */
export function nextPage(next: string | null, origin: string): string {
  const home = new URL("/", origin).href;
  if (!next || !/^\/(?![/\\])/.test(next)) return home;
  const page = URL.canParse(next, origin) ? new URL(next, origin) : null;
  return page?.origin === origin ? page.href : home;
}

/** The page of the application to come back to. What was searched for stays out, since the server sees the address. */
export function wayBack(page: string): string {
  const { pathname, search, hash } = new URL(page, "https://dashboard.invalid");
  const others = search
    .slice(1)
    .split("&")
    .filter((part) => part && !/^q(=|$)/.test(part));
  return `${pathname}${others.length > 0 ? `?${others.join("&")}` : ""}${hash}`;
}
