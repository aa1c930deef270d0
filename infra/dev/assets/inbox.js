// Shows new mail by itself: fetches this very page and takes over its list when it changed.
"use strict";

const every = 2000;

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("inbox");
  const shown = document.getElementById("inbox");
  // Untouched while nothing changed, so that the keyboard's focus stays where it is.
  if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
}

async function poll() {
  // The service may be restarting: the next round asks again.
  if (!document.hidden) await refresh().catch(() => {});
  setTimeout(poll, every);
}

setTimeout(poll, every);
