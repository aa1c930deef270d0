// The first page of the example viewer. Exchanges the token of a link for a view token.
"use strict";

async function open() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  // Keep the token out of the history and off shared screens.
  history.replaceState(null, "", location.pathname);
  const answer = await fetch("/v1/access/redeem", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (!answer.ok) throw new Error("This link was already opened, has expired, or was revoked. Open the study again from your PACS.");
  document.getElementById("view-token").value = (await answer.json()).viewToken;
  document.getElementById("opened").submit();
}

open().catch((error) => { document.getElementById("state").textContent = error.message; });
