// Shows new emails: fetches this page again and replaces the list when it changed.
"use strict";

const INTERVAL = 2000;

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("inbox");
  const shown = document.getElementById("inbox");
  // Without a change, leave the page alone, so that the keyboard focus stays where it is.
  if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
}

async function poll() {
  // The service may be restarting. Try again in the next round.
  if (!document.hidden) await refresh().catch(() => {});
  setTimeout(poll, INTERVAL);
}

setTimeout(poll, INTERVAL);
