import { Problem } from "../api/problem";
import { nextPage } from "../rules/next";
import { tellOtherTabs } from "../session/tabs";
import { findSession, post } from "./call";
import { clearFaults, onSubmit, revealPasswords } from "./form";
import { byId, make, showLoadingDuring, showOutcome, showStep } from "./page";
import { fieldProblem } from "./sentences";

type Clinic = { clinicId: string; name: string };

let clinics: Clinic[] = [];

const words = {
  required: "Enter your password.",
  // Nothing that long was ever set.
  password_length: "This isn't your password. Passwords have at most 128 characters.",
  too_many_attempts: "There were too many wrong passwords for this address.",
};

/** Starts the page. */
export async function startSignIn(): Promise<void> {
  clinics = [];
  revealPasswords();
  onSubmit(form("sign-in-form"), "Signing in…", () => signIn({}), words);
  onSubmit(form("clinic-form"), "Signing in…", (button) => signIn({ clinicId: button.value }), words);
  onSubmit(form("forgot-form"), "Sending…", forgot, {
    too_many_attempts: "Your network has requested too many links.",
  });
  // The fragment names the step, so that the Back button leads from one to the other.
  addEventListener("hashchange", showStepOfAddress);
  // The link to this step is for a person who cannot sign in.
  if (location.hash !== "#forgot" && (await showLoadingDuring(findSession()))) return goOn();
  showStepOfAddress();
}

function showStepOfAddress(): void {
  for (const id of ["sign-in-form", "clinic-form", "forgot-form"]) clearFaults(form(id));
  const forgot = input("forgot-email");
  forgot.value ||= input("email").value;
  const open: Record<string, boolean> = { "#forgot": true, "#clinic": clinics.length > 0 };
  showStep(open[location.hash] ? location.hash.slice(1) : "sign-in");
}

async function signIn(chosen: { clinicId?: string }): Promise<void> {
  const email = input("email").value.trim();
  const password = input("password").value;
  const faults = [
    ...(email ? [] : [{ field: "email", code: "email_invalid" }]),
    ...(password ? [] : [{ field: "password", code: "required" }]),
  ];
  if (faults.length > 0) throw fieldProblem(...faults);
  try {
    await post("/v1/session", { email, password, ...chosen });
    tellOtherTabs("clinicChanged");
    goOn();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === "dashboard_access_restricted") return location.assign("/restricted");
    if (error.code !== "clinic_required") throw error;
    offerClinics(error.body.clinics as Clinic[]);
  }
}

function offerClinics(offered: Clinic[]): void {
  clinics = offered;
  const choice = ({ clinicId, name }: Clinic) => make("li", {}, make("button", { value: clinicId }, name));
  byId("clinics", HTMLElement).replaceChildren(...offered.map(choice));
  if (location.hash === "#clinic") showStepOfAddress();
  else location.hash = "clinic";
}

async function forgot(): Promise<void> {
  const email = input("forgot-email").value.trim();
  if (!email) throw fieldProblem({ field: "email", code: "email_invalid" });
  await post("/v1/password/forgot", { email });
  showOutcome({
    mark: "good",
    title: "Check your email",
    text: [
      `If ${email} has an AutoScribe account, a link to set a new password is on its way. It works once, for 30 minutes.`,
      "If nothing arrives in a few minutes, look in the spam folder, and check the address.",
    ],
    actions: [
      { text: "Back to sign in", go: "#sign-in" },
      { text: "Send another link", go: "#forgot" },
    ],
  });
}

function goOn(): void {
  location.replace(nextPage(new URLSearchParams(location.search).get("next"), location.origin));
}

function form(id: string): HTMLFormElement {
  return byId(id, HTMLFormElement);
}

function input(id: string): HTMLInputElement {
  return byId(id, HTMLInputElement);
}
