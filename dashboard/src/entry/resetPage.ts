import { Problem } from "../api/problem";
import { PASSWORD_HINT } from "../rules/passwordWords";
import { post } from "./call";
import { onSubmit, revealPasswords, showFailure } from "./form";
import { byId, forgetToken, hasToken, setText, showLoadingDuring, showOutcome, showStep, takeToken } from "./page";
import { fieldProblem, lengthFault } from "./sentences";

const KEY = "password";
const another = { text: "Request another link", go: "/sign-in#forgot" };
const signIn = { text: "Sign in", go: "/sign-in" };
let token = "";
let opensDashboard = true;

/** Starts the page. */
export function startReset(): void {
  revealPasswords();
  setText("password-hint", PASSWORD_HINT);
  onSubmit(byId("reset", HTMLFormElement), "Setting…", reset, { required: "Enter a new password." });
  // A new link in the same tab changes only the fragment and does not load the page again.
  addEventListener("hashchange", () => hasToken() && open());
  open();
}

function open(): void {
  byId("reset", HTMLFormElement).reset();
  token = takeToken(KEY) ?? "";
  if (token) return void lookUp();
  showOutcome({
    mark: "bad",
    title: "Open the link in your email",
    text: [
      "This page opens with the link in your email. If you have just used that link, part of it is missing: copy the whole link into the address bar.",
    ],
    actions: [another, signIn],
  });
}

/** Says that a link no longer works, or that the password opens nothing, before anyone chooses one. */
async function lookUp(): Promise<void> {
  const asked = token;
  try {
    const { email, hasDashboardAccess } = await showLoadingDuring(post("/v1/password/lookup", { token }));
    if (asked !== token) return;
    setText("email", email);
    byId("username", HTMLInputElement).value = email;
    opensDashboard = hasDashboardAccess;
    if (hasDashboardAccess) showStep("password");
    else showNotNeeded();
  } catch (error) {
    if (asked === token) showTrouble(error);
  }
}

/** An invitation to the dashboard of another clinic still asks such a person for the password of their account. */
function showNotNeeded(): void {
  showOutcome({
    mark: "plain",
    title: "You don't need a password",
    text: [
      "Open AutoScribe from your PACS: open a study there, and AutoScribe opens with it.",
      "Set a password only if an invitation asks for one.",
    ],
    actions: [{ text: "Set a password anyway", go: () => showStep("password"), rare: true }],
  });
}

async function reset(): Promise<void> {
  const password = byId("password", HTMLInputElement).value;
  const fault = lengthFault(password);
  if (fault) throw fieldProblem({ field: "password", code: fault });
  const asked = token;
  try {
    await post("/v1/password/reset", { token, password });
  } catch (error) {
    if (asked !== token) return;
    if (isDead(error)) return showTrouble(error);
    throw error;
  }
  if (asked !== token) return;
  end();
  const title = "Your new password is set";
  if (opensDashboard) {
    const text = ["You are signed out everywhere. Sign in with your new password."];
    return showOutcome({ mark: "good", title, text, actions: [signIn] });
  }
  const text = ["Enter it when an invitation asks for it. To work, open AutoScribe from your PACS."];
  showOutcome({ mark: "good", title, text });
}

function showTrouble(error: unknown): void {
  if (isDead(error)) {
    end();
    showOutcome({
      mark: "bad",
      title: "This link no longer works",
      text: [
        "It was used before, it is older than 30 minutes, or part of it is missing. If you have just set a password, sign in with it.",
      ],
      actions: [another, signIn],
    });
  } else showFailure("The link did not open", error, () => void lookUp());
}

/** The link has done its work. The Back button must not find the password. */
function end(): void {
  forgetToken(KEY);
  byId("reset", HTMLFormElement).reset();
}

function isDead(error: unknown): boolean {
  return error instanceof Problem && error.code === "token_invalid";
}
