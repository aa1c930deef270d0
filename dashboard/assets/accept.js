// The accept page. The token comes in the URL's fragment, which no server sees, and leaves only in
// request bodies.
"use strict";

const $ = (id) => document.getElementById(id);
const views = ["loading", "invitation", "outcome"];
let token = null;
let invitation = null;

function start() {
  token = readToken();
  // Keep the token out of the history and off shared screens.
  history.replaceState(null, "", location.pathname.replace(TOKEN, ""));
  if (token) lookup();
  else outcome("bad", "!", "This link is incomplete", "Open the link in your email again, or copy the whole link into the address bar.");
}

// Some email scanners encode the `#` of a link, so that the token comes in the path. A fragment counts first.
const TOKEN = /(?:#|%(?:25)*23)token(?:=|%(?:25)*3D)([\w.-]+)/i;

function readToken() {
  return (location.hash.match(TOKEN) ?? location.pathname.match(TOKEN))?.[1] ?? null;
}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch("/v1/invitation/" + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return { status: 0, body: { detail: "AutoScribe can't be reached. Check your connection, then try again." } };
  }
  const text = await answer.text();
  let json = {};
  try {
    json = JSON.parse(text);
  } catch {
    // There is no body, or a proxy sent its own. The status is enough.
  }
  if (!answer.ok && !json.detail) json.detail = "AutoScribe can't answer right now. Try again in a moment.";
  return { ok: answer.ok, status: answer.status, body: json };
}

async function lookup() {
  show("loading");
  const answer = await post("lookup", { token });
  if (!answer.ok) return showClosedLink(answer) || outcome("bad", "!", "Something went wrong", answer.body.detail, "Try again", lookup);
  invitation = answer.body;
  if (invitation.status === "accepted") return showAccepted(invitation, "You have already confirmed");
  fill();
  show("invitation", "title");
  $("foot").hidden = false;
}

function fill() {
  const who = invitation.inviter ? `${invitation.inviter} invites you` : "You are invited";
  $("title").textContent = `Join ${invitation.clinicName}`;
  $("lead").textContent = `${who} to work with ${invitation.clinicName} in AutoScribe. Check your details, then confirm.`;
  const names = ["firstName", "middleName", "lastName", "suffix1", "suffix2"];
  $("name").textContent = names.map((name) => invitation[name]).filter(Boolean).join(" ");
  $("email").textContent = invitation.email;
  $("role").textContent = invitation.clinicRole;
  $("can").replaceChildren(...abilities(invitation));
  const words = { dateStyle: "long", timeStyle: "short" };
  $("expiry").textContent = new Date(invitation.expiry).toLocaleString(undefined, words);
  fillPassword();
  for (const form of ["accept", "reject"]) $(form).reset();
  toggle("accept");
}

function abilities(person) {
  const items = [];
  const can = (text, note) => {
    const item = document.createElement("li");
    item.textContent = text;
    if (note) {
      const small = document.createElement("span");
      small.className = "quiet";
      small.textContent = note;
      item.append(small);
    }
    items.push(item);
  };
  const manages = person.level === "admin" || person.level === "owner";
  if (manages) can("Manage the clinic's users, invitations and settings");
  if (manages || person.canManageStudies) can("Manage studies: assign tasks, create studies and edit their data");
  if (person.canCreateReports) can("Dictate and create reports", npiNote(person));
  if (person.hasDashboardAccess) can("Sign in to the AutoScribe dashboard");
  else can("Open AutoScribe from your PACS");
  return items;
}

function npiNote(person) {
  if (person.npiVerification === "verified") return "Your NPI is verified";
  if (person.npiVerification === "name_mismatch") return "Your NPI is registered under another name. First, the clinic has to attest that it is yours.";
  return "As soon as your NPI is verified";
}

function fillPassword() {
  const field = $("password");
  const known = invitation.accountExists;
  $("password-field").hidden = !invitation.needsPassword;
  field.required = invitation.needsPassword;
  field.type = "password";
  field.autocomplete = known ? "current-password" : "new-password";
  $("username").value = invitation.email;
  $("password-label").textContent = known ? "Your AutoScribe password" : "Choose a password";
  $("password-hint").textContent = known
    ? "You already have an AutoScribe account with this email address. Enter its password."
    : "At least 15 characters. Several unrelated words do well. Leave out your name and your clinic's.";
}

async function accept(event) {
  event.preventDefault();
  const password = $("password").value;
  wrongPassword(invitation.needsPassword && !password ? "Enter your password." : null);
  if (invitation.needsPassword && !password) return $("password").focus();
  const body = { token, terms: invitation.terms };
  if (invitation.needsPassword) body.password = password;
  const answer = await busy("confirm", "Confirming…", () => post("accept", body));
  if (answer.ok) return showAccepted(answer.body, "You have joined", invitation.needsPassword);
  if (showClosedLink(answer)) return;
  if (answer.body.code === "terms_changed") {
    await lookup();
    return problem("problem", "The clinic has changed this invitation. Check it again, then confirm.");
  }
  const fault = (answer.body.errors || []).find((error) => error.field === "password");
  if (fault || answer.body.code === "password_wrong") {
    wrongPassword(fault ? fault.detail : answer.body.detail);
    $("password").focus();
  } else {
    problem("problem", answer.body.detail);
  }
}

async function reject(event) {
  event.preventDefault();
  const reason = $("reason").value.trim();
  const body = reason ? { token, reason } : { token };
  const answer = await busy("reject-send", "Declining…", () => post("reject", body));
  if (answer.ok) return outcome("", "✓", "Invitation declined", `${invitation.clinicName} will see that you declined. You can close this page.`);
  if (showClosedLink(answer)) return;
  const fault = (answer.body.errors || [])[0];
  problem("reject-problem", fault ? fault.detail : answer.body.detail);
}

// The same answer signs in a person with dashboard access.
function showAccepted(person, title, signedIn) {
  const clinic = invitation.clinicName;
  if (signedIn && person.hasDashboardAccess) {
    const text = `You are a member of ${clinic} and are signed in. ${reporting(person)}`;
    return outcome("good", "✓", title, text, "Continue", () => location.assign("/sign-in"));
  }
  if (person.hasDashboardAccess) {
    const text = `You are a member of ${clinic}. Sign in with your email address and password.`;
    return outcome("good", "✓", title, text, "Sign in", () => location.assign("/sign-in"));
  }
  const next = `Open a study in your PACS, and AutoScribe opens with it. You need no password and no other setup.`;
  outcome("good", "✓", title, `You are a member of ${clinic}. ${next} ${reporting(person)}`);
}

function reporting(person) {
  if (!person.canCreateReports) return "";
  if (person.npiVerification === "verified") return "Studies can now be assigned to you.";
  if (person.npiVerification === "name_mismatch") return "Your NPI is registered under another name. Studies can be assigned to you after the clinic attests that the NPI is yours.";
  return "Studies can be assigned to you as soon as your NPI is verified.";
}

// Shows why the link no longer works, for any request.
function showClosedLink(answer) {
  if (answer.status === 410) {
    const { clinicName, canRequestNew } = answer.body;
    const title = clinicName ? `This invitation to ${clinicName} has expired` : "This invitation has expired";
    if (canRequestNew) outcome("bad", "!", title, "Ask the clinic for a new one.", "Request a new link", requestNewLink);
    else outcome("bad", "!", title, "Ask the person who invited you for a new one.");
    return true;
  }
  if (answer.body.code === "token_invalid") {
    outcome("bad", "!", "This link no longer works", "A newer link replaced it, the clinic revoked it, or part of it is missing. Use the link in the newest email, or ask the clinic to invite you again.");
    return true;
  }
  return false;
}

async function requestNewLink() {
  const answer = await busy("next", "Requesting…", () => post("request-new", { token }));
  if (answer.ok && answer.body.told) outcome("good", "✓", "Request sent", "We have emailed the clinic's owners and admins. If they agree, you will get an email with a new link.");
  else if (answer.ok) outcome("bad", "!", "No one was notified", "This link needs no replacement, or no one at the clinic can send one. Ask the person who invited you.");
  else outcome("bad", "!", "That did not work", answer.body.detail, "Try again", requestNewLink);
}

function outcome(kind, mark, title, text, button, action) {
  $("mark").className = `mark ${kind}`;
  $("mark").textContent = mark;
  $("outcome-title").textContent = title;
  $("outcome-text").textContent = text;
  $("next").hidden = !button;
  $("next").textContent = button || "";
  $("next").onclick = action || null;
  $("foot").hidden = true;
  show("outcome", "outcome-title");
}

function show(view, focus) {
  for (const name of views) $(name).hidden = name !== view;
  if (!focus) return;
  document.title = `${$(focus).textContent} · AutoScribe`;
  $(focus).focus();
}

function toggle(form, focus) {
  for (const name of ["accept", "reject"]) $(name).hidden = name !== form;
  for (const name of ["problem", "reject-problem"]) $(name).hidden = true;
  wrongPassword(null);
  if (focus) $(focus).focus();
}

function problem(id, detail) {
  $(id).textContent = detail;
  $(id).hidden = false;
}

function wrongPassword(detail) {
  $("password-wrong").textContent = detail || "";
  $("password-wrong").hidden = !detail;
  $("password").setAttribute("aria-invalid", String(Boolean(detail)));
  $("problem").hidden = true;
}

async function busy(button, says, work) {
  const all = [...document.querySelectorAll("button")];
  const label = $(button).textContent;
  for (const each of all) each.disabled = true;
  $(button).textContent = says;
  const answer = await work();
  for (const each of all) each.disabled = false;
  $(button).textContent = label;
  return answer;
}

$("accept").addEventListener("submit", accept);
$("reject").addEventListener("submit", reject);
$("decline").addEventListener("click", () => toggle("reject", "reject-title"));
$("back").addEventListener("click", () => toggle("accept", "decline"));
$("reveal").addEventListener("change", (event) => { $("password").type = event.target.checked ? "text" : "password"; });
// A new link in the same tab changes only the fragment and does not reload the page.
addEventListener("hashchange", start);
start();
