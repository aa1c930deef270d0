import type { Schemas } from "../api/client";
import { anna } from "./anna";

type Person = Schemas["ReviewedPersonView"];
type Period = Schemas["PeriodView"];

const DAY = { from: "2026-11-24T06:00:00.000Z", until: "2026-11-25T06:00:00.000Z" };

/** What a member could do all day. */
export function period(change: Partial<Period> = {}): Period {
  return {
    ...DAY,
    clinicRole: "Radiologist",
    level: "member",
    canManageStudies: false,
    canCreateReports: true,
    hasDashboardAccess: false,
    npiVerification: "verified",
    grantedBy: "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    grantedByName: "Olu Adeyemi",
    grantedAt: "2026-11-20T16:30:00.000Z",
    ...change,
  };
}

export function reviewed(change: Partial<Person> = {}): Person {
  const { userId, email } = anna;
  const names = { firstName: "Anna", lastName: "Hale" };
  return { userId, email, ...names, status: "active", periods: [period()], openViews: [], openViewCount: 0, ...change };
}

export function reviewedKey(change: Partial<Schemas["ReviewedKeyView"]> = {}): Schemas["ReviewedKeyView"] {
  return {
    apiKeyId: "0192eeee-eeee-7eee-8eee-eeeeeeeeeeee",
    description: "PACS Riverside",
    scopes: ["users:read", "access:issue"],
    accessScope: "all",
    ...DAY,
    createdBy: "operator",
    createdAt: "2026-11-20T09:30:00.000Z",
    ...change,
  };
}

/** The first page of 24 November in Chicago. */
export function review(change: Partial<Schemas["AccessReviewView"]> = {}) {
  const page = {
    at: "2026-11-24",
    timeZone: "America/Chicago",
    ...DAY,
    people: [reviewed()],
    apiKeys: [reviewedKey()],
  };
  return { ...page, cursor: null, hasMore: false, ...change } satisfies Schemas["AccessReviewView"];
}
