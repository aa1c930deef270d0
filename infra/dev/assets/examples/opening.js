// The first page of the example viewer. Exchanges the token of a link for a view token.
"use strict";

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
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  // Keep the token out of the history and off shared screens.
  history.replaceState(null, "", location.pathname);
  const answer = await redeem(token);
  if (!answer.ok) throw new Error("This link was already opened, has expired, or was revoked. Open the study again from your PACS.");
  document.getElementById("view-token").value = (await answer.json()).viewToken;
  document.getElementById("opened").submit();
}

open().catch((error) => { document.getElementById("state").textContent = error.message; });
