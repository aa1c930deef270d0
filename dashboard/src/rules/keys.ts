import type { Schemas } from "../api/client";
import type { Faults } from "./personFaults";
import type { Word } from "./words";

export type ScopeName = Schemas["ScopeName"];
type Scope = { name: ScopeName; label: string; sentence: string; ownerOnly?: true };

/** What a key may do, in the order of the form. */
export const scopes: Scope[] = [
  { name: "users:read", label: "Read users", sentence: "List and read the clinic's users." },
  {
    name: "users:write",
    label: "Manage members",
    sentence: "Invite, change, deactivate, reactivate and release members.",
  },
  { name: "invitations:read", label: "Read invitations", sentence: "List and read invitations." },
  {
    name: "invitations:write",
    label: "Manage invitations",
    sentence: "Revoke invitations. With Manage members, also edit and resend them.",
  },
  {
    name: "admins:write",
    label: "Manage admins",
    sentence: "With Manage members or Manage invitations, do the same for admins.",
    ownerOnly: true,
  },
  {
    name: "access:issue",
    label: "Create view links",
    sentence: "Create, list, end and check views. A PACS needs this.",
  },
  {
    name: "access:dictate",
    label: "Create dictation links",
    sentence: "With Create view links, create links for dictating reports.",
    ownerOnly: true,
  },
  {
    name: "access:introspect",
    label: "Check views",
    sentence: "Only check whether a view is still open. The service behind a viewer needs no more.",
  },
  {
    name: "events:read",
    label: "Read events",
    sentence: "Follow who was invited, accepted, changed or deactivated, and which views were opened.",
  },
];

/** What these scopes allow, for a list. */
export function scopeWords(names: ScopeName[]): string {
  return scopes
    .filter(({ name }) => names.includes(name))
    .map(({ label }) => label)
    .join(", ");
}

/** Whether only an owner may create or rotate a key with these scopes. */
export function needsOwner(names: ScopeName[]): boolean {
  return scopes.some(({ name, ownerOnly }) => ownerOnly && names.includes(name));
}

export const keyStatus: Record<Schemas["ApiKeyStatusName"], Word> = {
  active: { text: "Active", tone: "good" },
  expired: { text: "Expired", tone: "bad" },
  revoked: { text: "Revoked", tone: "plain" },
};

export const accessScopes: Record<Schemas["AccessScopeName"], { label: string; sentence: string }> = {
  all: { label: "Every view of the clinic", sentence: "The key can list and end all of the clinic's views." },
  self: {
    label: "Only its own views",
    sentence: "The key can list and end only the views it created. Choose this if several PACS share the clinic.",
  },
};

/** A key as the form holds it while someone types. */
export type KeyDraft = {
  description: string;
  scopes: ScopeName[];
  /** One origin a line. */
  embedOrigins: string;
  accessScope: Schemas["AccessScopeName"];
  /** A day as YYYY-MM-DD, or empty. */
  expiresAt: string;
};

export const emptyKey: KeyDraft = {
  description: "",
  scopes: [],
  embedOrigins: "",
  accessScope: "all",
  expiresAt: "",
};

export const keyLabels: Record<keyof KeyDraft, string> = {
  description: "Description",
  scopes: "Permissions",
  embedOrigins: "Sites that can embed its views",
  accessScope: "Views it can list and end",
  expiresAt: "Expires on",
};

const MAX_ORIGINS = 20;

/** What can be checked without asking the API. */
export function keyFaults(draft: KeyDraft, now: Date = new Date()): Faults {
  const found: [keyof KeyDraft, string | null][] = [
    ["description", descriptionFault(draft.description.trim())],
    ["scopes", draft.scopes.length > 0 ? null : "Choose at least one."],
    ["embedOrigins", opensViews(draft) ? originsFault(originsOf(draft.embedOrigins)) : null],
    ["expiresAt", draft.expiresAt && endOfDay(draft.expiresAt) <= now ? "Choose today or a later date." : null],
  ];
  return new Map(found.filter((one): one is [keyof KeyDraft, string] => one[1] !== null));
}

/** Whether origins and the scope of access mean anything for the key. */
export function opensViews(draft: KeyDraft): boolean {
  return draft.scopes.includes("access:issue");
}

/** The request that creates the key. */
export function keyRequest(draft: KeyDraft): Schemas["ApiKeyRequest"] {
  return {
    description: draft.description.trim(),
    scopes: draft.scopes,
    ...(opensViews(draft) && { embedOrigins: originsOf(draft.embedOrigins), accessScope: draft.accessScope }),
    ...(draft.expiresAt && { expiresAt: endOfDay(draft.expiresAt).toISOString() }),
  };
}

function descriptionFault(text: string): string | null {
  if (!text) return "Enter what the key is for.";
  return [...text].length > 200 ? "Use 200 characters at most." : null;
}

/** The origins of a text: one a line, or separated by commas or spaces. */
export function originsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))].map((origin) => origin.replace(/\/$/, ""));
}

function originsFault(origins: string[]): string | null {
  if (origins.length > MAX_ORIGINS) return `Enter at most ${MAX_ORIGINS} origins.`;
  const wrong = origins.find((origin) => !isOrigin(origin));
  return wrong ? `“${wrong}” is not a valid origin. Enter one without a path, such as https://pacs.example.` : null;
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username } = new URL(text);
  const local = hostname === "localhost" || hostname === "127.0.0.1";
  const bare = pathname === "/" && !search && !hash && !username && !text.includes("@");
  return bare && (protocol === "https:" || (protocol === "http:" && local));
}

/** The end of a day in the reader's zone. */
function endOfDay(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + 1);
}
