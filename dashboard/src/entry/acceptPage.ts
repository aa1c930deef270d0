import { Problem } from "../api/problem";
import { PASSWORD_HINT } from "../rules/passwordWords";
import { workplace } from "../rules/sentences";
import { tellOtherTabs } from "../session/tabs";
import { findSession, post } from "./call";
import { forgetLink, isClosed, LINK, showClosed } from "./closedLink";
import { assignableNote, facts, type Invitation } from "./facts";
import { clearFaults, onSubmit, revealPasswords, showFailure, showProblem } from "./form";
import { byId, hasToken, setText, showLoadingDuring, showOutcome, showStep, takeToken } from "./page";
import { fieldProblem, lengthFault } from "./sentences";

let token = "";
let invitation: Invitation | null = null;

/** Starts the page. */
export function startAccept(): void {
  revealPasswords();
  const confirm = byId("accept", HTMLFormElement);
  onSubmit(confirm, "Confirming…", accept, {
    required: "Enter your password.",
    too_many_attempts: "There were too many wrong passwords for your address.",
  });
  onSubmit(byId("reject", HTMLFormElement), "Declining…", reject);
  // A new link in the same tab changes only the fragment and does not load the page again.
  addEventListener("hashchange", () => (hasToken() ? open() : showOpenStep()));
  open();
}

function open(): void {
  emptyForms();
  token = takeToken(LINK) ?? "";
  if (token) return void lookUp();
  showOutcome({
    mark: "bad",
    title: "Open the link in your email",
    text: [
      "This page opens with the link in your invitation email. If you have just used that link, part of it is missing: copy the whole link into the address bar.",
    ],
  });
}

async function lookUp(): Promise<void> {
  const asked = token;
  invitation = null;
  try {
    const found: Invitation = await showLoadingDuring(post("/v1/invitation/lookup", { token }));
    if (asked !== token) return;
    if (found.status === "accepted") return await showAccepted(`You have already joined ${found.clinicName}`, found);
    invitation = found;
    fill(found);
    showOpenStep();
  } catch (error) {
    if (asked !== token) return;
    if (isClosed(error)) close(error);
    else showFailure("Your invitation did not open", error, () => void lookUp());
  }
}

/** The fragment names the step, so that the Back button leads from one to the other. */
function showOpenStep(): void {
  if (!invitation) return;
  for (const form of forms()) clearFaults(form);
  showStep(location.hash === "#decline" ? "decline" : "confirm");
}

function fill(shown: Invitation): void {
  const who = shown.inviter ? `${shown.inviter} invites you` : "You are invited";
  setText("title", `Join ${shown.clinicName}`);
  setText("lead", `${who} to join ${shown.clinicName} on AutoScribe. Check your details, then confirm.`);
  byId("facts", HTMLElement).replaceChildren(...facts(shown));
  setText("workplace", workplace(shown) ?? "");
  setText("decline-clinic", shown.clinicName);
  const known = shown.accountExists;
  byId("password-part", HTMLElement).hidden = !shown.needsPassword;
  byId("forgot", HTMLElement).hidden = !known;
  byId("username", HTMLInputElement).value = shown.email;
  byId("password", HTMLInputElement).autocomplete = known ? "current-password" : "new-password";
  setText("password-label", known ? "Your AutoScribe password" : "Choose a password");
  setText(
    "password-hint",
    known ? "You already have an AutoScribe account with this email address. Enter its password." : PASSWORD_HINT,
  );
}

async function accept(): Promise<void> {
  const shown = invitation;
  if (!shown) return;
  const password = byId("password", HTMLInputElement).value;
  const fault = shown.needsPassword && (shown.accountExists ? !password && "required" : lengthFault(password));
  if (fault) throw fieldProblem({ field: "password", code: fault });
  const asked = token;
  try {
    const body = { token, terms: shown.terms, ...(shown.needsPassword && { password }) };
    const user = await post("/v1/invitation/accept", body);
    // This browser may be someone else now.
    if (user.hasDashboardAccess) tellOtherTabs("clinicChanged");
    if (asked === token) await showAccepted(`You have joined ${shown.clinicName}`, user);
  } catch (error) {
    if (asked === token) await refuse(error);
  }
}

/** Leads on from a refusal that is about the invitation. Throws the others, which the form shows. */
async function refuse(error: unknown): Promise<void> {
  if (!(error instanceof Problem)) throw error;
  if (error.code === "password_wrong") {
    // Another invitation may have made the account meanwhile.
    if (!invitation?.accountExists) await lookUp();
    throw fieldProblem({ field: "password", code: error.code });
  }
  if (error.code === "invitation_accepted") return lookUp();
  if (error.code === "terms_changed") {
    await lookUp();
    // The clinic may have revoked it meanwhile. Then there is nothing to check.
    if (invitation) showProblem(byId("accept", HTMLFormElement), error);
  } else if (isClosed(error)) close(error);
  else throw error;
}

async function reject(): Promise<void> {
  // The API takes one line.
  const reason = byId("reason", HTMLTextAreaElement)
    .value.replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const clinic = invitation?.clinicName ?? "The clinic";
  const asked = token;
  try {
    await post("/v1/invitation/reject", { token, ...(reason && { reason }) });
    if (asked !== token) return;
    end();
    showOutcome({
      mark: "good",
      title: "Invitation declined",
      text: [`${clinic} will see that you declined. You can close this page.`],
    });
  } catch (error) {
    if (asked === token) await refuse(error);
  }
}

type Person = Pick<Invitation, "email" | "hasDashboardAccess" | "canCreateReports" | "npiVerification">;

async function showAccepted(title: string, person: Person): Promise<void> {
  end();
  if (!person.hasDashboardAccess) {
    const next =
      "Open a study in your PACS, and AutoScribe opens with it. You don't need a password or any other setup.";
    return showOutcome({ mark: "good", title, text: [next, assignableNote(person)] });
  }
  const asked = token;
  const session = await findSession();
  if (asked !== token) return;
  const signedIn = session?.user.email.toLowerCase() === person.email.toLowerCase();
  showOutcome({
    mark: "good",
    title,
    text: [signedIn ? "You are signed in." : "Sign in with your email address and password.", assignableNote(person)],
    actions: [signedIn ? { text: "Go to the dashboard", go: "/" } : { text: "Sign in", go: "/sign-in" }],
  });
}

/** The link can no longer be used to confirm. */
function close(problem: Problem): void {
  showClosed(problem, token, invitation?.clinicName);
  invitation = null;
  emptyForms();
}

/** The link has done its work. */
function end(): void {
  invitation = null;
  forgetLink();
  emptyForms();
}

/** The next person at this browser finds nothing that was typed, whether by a new link or by the Back button. */
function emptyForms(): void {
  for (const form of forms()) form.reset();
}

function forms(): HTMLFormElement[] {
  return ["accept", "reject"].map((id) => byId(id, HTMLFormElement));
}
