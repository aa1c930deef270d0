import { Problem } from "../../api/problem";
import { fieldLabel, type ImportField } from "../../rules/importFields";
import type { Word } from "../../rules/words";
import type { Judged, Standing } from "./rows";

export const standingWords: Record<Standing, Word> = {
  ready: { text: "Ready", tone: "plain" },
  fix: { text: "To fix", tone: "bad" },
  there: { text: "Already invited or a user", tone: "plain" },
  sent: { text: "Sent", tone: "good" },
  sending: { text: "Waiting", tone: "wait" },
};

/** Why a whole row was refused, in words. Null if its cells say it, or if it was not refused. */
export function refusalWords(outcome: Problem): string | null {
  switch (outcome.code) {
    case "already_invited":
      return "This address already has an invitation.";
    case "already_member":
      return "This person is already in the clinic.";
    case "user_deactivated":
      return "This person was deactivated. Reactivate or release them.";
    case "invitation_quota":
      return "Not sent. Today's invitations are used up. Send this row tomorrow.";
    case "password_needed":
      return "Not sent. Inviting an admin needs your password.";
    case "npi_in_use":
      return null;
  }
  if (outcome.fields.size > 0) return null;
  return outcome.status >= 500 ? "Not sent. AutoScribe did not answer. Send this row again." : outcome.message;
}

const headings = ["Row", "Email address", "First name", "Last name", "Result", "Details"];

/** The result of each row, for a file. */
export function resultRows(judged: readonly Judged[], origin: string): string[][] {
  const rows = judged.map(({ row, faults, standing }) => {
    const { email, firstName, lastName } = row.cells;
    return [String(row.id), email, firstName, lastName, standingWords[standing].text, details(row, faults, origin)];
  });
  return [headings, ...rows];
}

function details({ outcome }: Judged["row"], faults: Judged["faults"], origin: string): string {
  if (outcome && !(outcome instanceof Problem)) return `${origin}/users/invitations/${outcome.invitationId}`;
  return [outcome && refusalWords(outcome), ...faultSentences(faults)].filter(Boolean).join(" ");
}

/** What is wrong with the cells of a row, each named by its heading. */
export function faultSentences(faults: Judged["faults"]): string[] {
  return Object.entries(faults).map(([field, fault]) => `${fieldLabel(field as ImportField)}: ${fault}`);
}
