import type { Schemas } from "../api/client";
import type { Faults } from "./personFaults";

type Settings = Schemas["ClinicSettingsView"];

/** The settings as the form holds them while someone types. */
export type ClinicDraft = {
  name: string;
  replyTo: string;
  invitationDays: string;
  sessionIdleMinutes: string;
  timeZone: string;
};

export const clinicLabels: Record<keyof ClinicDraft, string> = {
  name: "Name",
  replyTo: "Reply address",
  invitationDays: "Days an invitation stays open",
  sessionIdleMinutes: "Minutes before an idle session ends",
  timeZone: "Time zone",
};

export function clinicDraft(settings: Settings): ClinicDraft {
  return {
    name: settings.name,
    replyTo: settings.replyTo ?? "",
    invitationDays: String(settings.invitationDays),
    sessionIdleMinutes: String(settings.sessionIdleMinutes),
    timeZone: settings.timeZone,
  };
}

/** What can be checked without asking the API. */
export function clinicFaults(draft: ClinicDraft): Faults {
  const found: [keyof ClinicDraft, string | null][] = [
    ["name", nameFault(draft.name.trim())],
    ["replyTo", replyToFault(draft.replyTo.trim())],
    ["invitationDays", rangeFault(draft.invitationDays, 1, 30)],
    ["sessionIdleMinutes", rangeFault(draft.sessionIdleMinutes, 5, 60)],
  ];
  return new Map(found.filter((one): one is [keyof ClinicDraft, string] => one[1] !== null));
}

/** What changed. Other settings stay out, so that two managers do not undo each other's changes. */
export function clinicChange(before: ClinicDraft, draft: ClinicDraft): Schemas["ClinicChangeRequest"] {
  const changed = (name: keyof ClinicDraft) => before[name] !== draft[name].trim();
  return {
    ...(changed("name") && { name: draft.name.trim() }),
    ...(changed("replyTo") && { replyTo: draft.replyTo.trim() || null }),
    ...(changed("invitationDays") && { invitationDays: Number(draft.invitationDays) }),
    ...(changed("sessionIdleMinutes") && { sessionIdleMinutes: Number(draft.sessionIdleMinutes) }),
    ...(changed("timeZone") && { timeZone: draft.timeZone }),
  };
}

function nameFault(name: string): string | null {
  if (!name) return "Enter the name of the clinic.";
  return [...name].length > 100 ? "Use 100 characters at most." : null;
}

function replyToFault(address: string): string | null {
  if (!address || /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(address)) return null;
  return "Enter an address such as office@clinic.example, or leave this empty.";
}

function rangeFault(text: string, from: number, to: number): string | null {
  const number = Number(text);
  const right = /^\s*\d+\s*$/.test(text) && number >= from && number <= to;
  return right ? null : `Enter a whole number from ${from} to ${to}.`;
}
