// The first page of the example viewer. Exchanges the token of a link for a view token.
"use strict";

// Some link scanners encode the `#` of a link, so that the token comes in the path. A fragment counts first.
const TOKEN = /(?:#|%(?:25)*23)token(?:=|%(?:25)*3D)([\w.-]+)/i;

function readToken() {
  return (location.hash.match(TOKEN) ?? location.pathname.match(TOKEN))?.[1] ?? null;
}

async function redeem(token) {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({ token }),
  };
  const first = await fetch("/v1/access/redeem", request).catch(() => null);
  if (first && first.status !== 503) return first;
  // The view may be open although its answer is lost. The same key opens it again.
  await new Promise((done) => setTimeout(done, 1000));
  return fetch("/v1/access/redeem", request);
}

async function open() {
  const token = readToken();
  // Keep the token out of the history and off shared screens.
  history.replaceState(null, "", location.pathname.replace(TOKEN, ""));
  const answer = await redeem(token);
  if (!answer.ok) throw new Error("This link was already opened, has expired, or was revoked. Open the study again from your PACS.");
  document.getElementById("view-token").value = (await answer.json()).viewToken;
  document.getElementById("opened").submit();
}

open().catch((error) => { document.getElementById("state").textContent = error.message; });
