// Signs in, and sets a new password with the link from an email. The session is a cookie that no script
// can read.
"use strict";

const $ = (id) => document.getElementById(id);
let mode = null;
let token = null;
let clinicId = null;

const modes = {
  signIn: { title: "Sign in", lead: "Use your email address and your AutoScribe password.", send: "Sign in", other: "Forgot password?", submit: signIn, next: () => show("forgot") },
  forgot: { title: "Forgot password?", lead: "We will email you a link to set a new one. The link works for 30 minutes.", send: "Send the link", other: "Back", submit: forgot, next: () => show("signIn") },
  reset: { title: "Set a new password", lead: "At least 15 characters. Several unrelated words do well. A new password signs you out everywhere.", send: "Set password", other: "Request another link", submit: reset, next: () => show("forgot") },
};

async function start() {
  token = readToken();
  // Keep the token out of the history and off shared screens.
  history.replaceState(null, "", location.pathname.replace(TOKEN, ""));
  if (location.pathname === "/reset") return token ? lookUpLink() : show("forgot");
  await showSession();
}

// Some email scanners encode the `#` of a link, so that the token comes in the path. A fragment counts first.
const TOKEN = /(?:#|%(?:25)*23)token(?:=|%(?:25)*3D)([\w.-]+)/i;

function readToken() {
  return (location.hash.match(TOKEN) ?? location.pathname.match(TOKEN))?.[1] ?? null;
}

// Says that a link no longer works, or that the password would open nothing, before anyone chooses one.
async function lookUpLink() {
  const answer = await call("POST", "/v1/password/lookup", { token });
  if (!answer.ok) return outcome("bad", "!", "This link no longer works", answer.status === 404 ? "It was used before, it is older than 30 minutes, or part of it is missing." : answer.body.detail, "Request another link", () => show("forgot"));
  if (!answer.body.hasDashboardAccess) return outcome("", "!", "Dashboard access restricted", "You need no password. Open AutoScribe from your PACS.");
  show("reset");
  $("lead").textContent = `For ${answer.body.email}. ${modes.reset.lead}`;
}

async function call(method, path, body) {
  // Names the clinic that this page shows, so that it never writes into another one.
  const headers = clinicId ? { "autoscribe-clinic": clinicId } : {};
  if (body) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    return { status: 0, body: { detail: "AutoScribe can't be reached. Check your connection, then try again." } };
  }
  const text = await answer.text();
  let json = {};
  try {
    json = JSON.parse(text);
  } catch {
    // There is no body. The status is enough.
  }
  if (!answer.ok && !json.detail) json.detail = "AutoScribe can't answer right now. Try again in a moment.";
  return { ok: answer.ok, status: answer.status, body: json };
}

async function signIn() {
  const body = { email: $("email").value, password: $("password").value };
  if (!$("clinic-field").hidden) body.clinicId = $("clinic").value;
  const answer = await call("POST", "/v1/session", body);
  if (answer.ok) return showSession();
  if (answer.body.code === "dashboard_access_restricted") return outcome("", "!", "Dashboard access restricted", answer.body.detail);
  if (answer.body.code === "clinic_required") return choose(answer.body.clinics);
  problem(answer.body.detail);
}

function choose(clinics) {
  const option = (clinic) => Object.assign(document.createElement("option"), { value: clinic.clinicId, textContent: clinic.name });
  $("clinic").replaceChildren(...clinics.map(option));
  $("clinic-field").hidden = false;
  problem("You are a member of several clinics. Choose one, then sign in again.");
  $("clinic").focus();
}

async function showSession() {
  const answer = await call("GET", "/v1/session");
  if (!answer.ok) return show("signIn");
  const { user, clinic } = answer.body;
  clinicId = clinic.clinicId;
  outcome("good", "✓", `${user.firstName} ${user.lastName}`, `You are signed in to ${clinic.name}.`, "Sign out", signOut);
}

async function signOut() {
  await call("DELETE", "/v1/session");
  clinicId = null;
  show("signIn");
}

async function forgot() {
  const answer = await call("POST", "/v1/password/forgot", { email: $("email").value });
  if (!answer.ok) return problem(answer.body.detail);
  outcome("good", "✓", "Check your email", "If this address has an account, we have sent it a link to set a new password.");
}

async function reset() {
  const answer = await call("POST", "/v1/password/reset", { token, password: $("password").value });
  if (answer.ok) return outcome("good", "✓", "Your password has been changed", "Sign in with your new password.", "Sign in", () => show("signIn"));
  problem(answer.body.detail);
}

function show(name) {
  mode = modes[name];
  $("title").textContent = mode.title;
  $("lead").textContent = mode.lead;
  $("send").textContent = mode.send;
  $("other").textContent = mode.other;
  $("email-field").hidden = name === "reset";
  $("password-field").hidden = name === "forgot";
  $("clinic-field").hidden = true;
  $("password").value = "";
  $("password").autocomplete = name === "reset" ? "new-password" : "current-password";
  problem(null);
  showView("form-view", "title");
}

function outcome(kind, mark, title, text, button, action) {
  $("mark").className = `mark ${kind}`;
  $("mark").textContent = mark;
  $("outcome-title").textContent = title;
  $("outcome-text").textContent = text;
  $("next").hidden = !button;
  $("next").textContent = button || "";
  $("next").onclick = action || null;
  showView("outcome", "outcome-title");
}

function showView(name, focus) {
  for (const view of ["form-view", "outcome"]) $(view).hidden = view !== name;
  document.title = `${$(focus).textContent} · AutoScribe`;
  $(focus).focus();
}

function problem(detail) {
  $("problem").textContent = detail || "";
  $("problem").hidden = !detail;
}

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  problem(null);
  $("send").disabled = true;
  await mode.submit();
  $("send").disabled = false;
});
$("other").addEventListener("click", () => mode.next());
$("reveal").addEventListener("change", (event) => { $("password").type = event.target.checked ? "text" : "password"; });
// A new link in the same tab changes only the fragment and does not reload the page.
addEventListener("hashchange", start);
start();
