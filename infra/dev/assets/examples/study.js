// The study page of the example viewer. Renews its view token until the view ends.
"use strict";

const INTERVAL = 3000;
const RENEW_BEFORE = 60;
const $ = (id) => document.getElementById(id);
let { token, exp } = document.body.dataset;
let renewals = 0;

async function refresh() {
  const answer = await fetch("/viewer-service/images", { headers: { authorization: "Bearer " + token } });
  if (answer.status === 401) return end();
  if (answer.ok) {
    const { images } = await answer.json();
    const state = `${images}, the view is open`;
    // Screen readers say a status again whenever it is written.
    if ($("images").textContent !== state) $("images").textContent = state;
  }
  if (exp - Date.now() / 1000 < RENEW_BEFORE) await renew();
  showTokenState();
  setTimeout(refresh, INTERVAL);
}

async function renew() {
  const answer = await fetch("/v1/access/renew", { method: "POST", headers: { authorization: "Bearer " + token } });
  if (answer.status === 401) return end();
  if (!answer.ok) return;
  const next = await answer.json();
  token = next.viewToken;
  exp = Date.now() / 1000 + next.expiresIn;
  renewals += 1;
}

function showTokenState() {
  const times = renewals === 1 ? "renewed once" : `renewed ${renewals} times`;
  $("token-state").textContent = `${Math.max(0, Math.round(exp - Date.now() / 1000))} s left, ${times}`;
}

function end() {
  token = null;
  $("live").remove();
  $("ended").hidden = false;
}

showTokenState();
refresh();
