// Example viewer, first page: exchanges the link's token, once, for a view token.
"use strict";

async function open() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  // Neither the history nor a shared screen keeps the token.
  history.replaceState(null, "", location.pathname);
  const answer = await fetch("/v1/access/redeem", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (!answer.ok) throw new Error("This link was opened before, has run out, or was taken back. Open the study again from your PACS.");
  document.getElementById("view-token").value = (await answer.json()).viewToken;
  document.getElementById("opened").submit();
}

open().catch((error) => { document.getElementById("state").textContent = error.message; });
