import type { Schemas } from "../api/client";
import { fullName } from "../rules/names";
import { abilities } from "../rules/sentences";
import { timeInWords } from "../rules/times";
import { make } from "./page";

/** The invitation as the API shows it to the invited person. */
export type Invitation = Schemas["LookupView"];

type Npi = Pick<Invitation, "canCreateReports" | "npiVerification">;

/** What the clinic wrote about the person, and what they can do once they confirm. */
export function facts(invitation: Invitation): HTMLElement[] {
  const can = make("ul", {}, ...abilities(invitation).map((phrase) => make("li", {}, capital(phrase))));
  return [
    fact("Name", fullName(invitation)),
    fact("Email", invitation.email),
    fact("Role", invitation.clinicRole),
    ...(invitation.npiVerification === "not_required" ? [] : [npiFact(invitation)]),
    fact("Once you confirm, you can", can),
    fact("Open until", make("time", { datetime: invitation.expiry }, timeInWords(invitation.expiry))),
  ];
}

function npiFact(invitation: Invitation): HTMLElement {
  const note = npiNote(invitation);
  if (!invitation.npiNumber) return fact("NPI", note);
  return fact("NPI", invitation.npiNumber, make("span", { class: "quiet" }, note));
}

function npiNote({ npiVerification }: Npi): string {
  switch (npiVerification) {
    case "verified":
      return "Verified";
    case "name_mismatch":
      return "Registered under another name. Before you can create reports, the clinic has to attest that it is yours.";
    case "not_found":
      return "Not in the national registry. Ask the clinic to correct it.";
    case "deactivated":
      return "Deactivated in the national registry. Ask the clinic to correct it.";
    default:
      return "Being verified. You can create reports as soon as that is done.";
  }
}

/** Whether studies can be assigned to a person who has confirmed. Empty for a person who creates no reports. */
export function assignableNote(person: Npi): string {
  if (!person.canCreateReports) return "";
  switch (person.npiVerification) {
    case "verified":
      return "Studies can now be assigned to you.";
    case "name_mismatch":
      return "Your NPI is registered under another name. Studies can be assigned to you after the clinic attests that it is yours.";
    case "not_found":
    case "deactivated":
      return "Studies can be assigned to you after the clinic corrects your NPI.";
    default:
      return "Studies can be assigned to you as soon as your NPI is verified.";
  }
}

function fact(name: string, ...value: (Node | string)[]): HTMLElement {
  return make("div", {}, make("dt", {}, name), make("dd", {}, ...value));
}

function capital(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}
