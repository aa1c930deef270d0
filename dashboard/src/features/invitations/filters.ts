import { choice, flag, text } from "../../rules/search";

/** Which invitations the list shows. */
export const views = ["open", "notDelivered", "expired", "npi", "accepted", "declined", "revoked"] as const;
export type View = (typeof views)[number];

/** The filters of the list, as they stand in the URL. */
export type InvitationFilters = { q?: string; show?: View };

/** The filters of a URL. */
export function invitationFilters(search: Record<string, unknown>): InvitationFilters {
  return { ...text(search, "q"), ...choice(search, "show", views) };
}

/** The invitation that a new one takes its person from. No name and no address stands in a URL. */
export type InviteSearch = { from?: string };

export function inviteSearch(search: Record<string, unknown>): InviteSearch {
  const { from } = text(search, "from");
  return from && /^inv_[0-9a-f]{32}$/.test(from) ? { from } : {};
}

/** Whether the page of an invitation opens with its form. */
export function invitationSearch(search: Record<string, unknown>): { edit?: boolean } {
  return flag(search, "edit");
}
