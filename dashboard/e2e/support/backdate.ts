import type { Page } from "playwright-core";
import { people, type Riverside } from "./riverside";

/** Shows a clinic that was made a minute ago as one that has worked for months. */

/** The time at which every screenshot is taken. */
const NOW = new Date("2026-03-10T14:42:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Ages = { invited: number; seen: number };

/** How long ago a person was invited, and how long ago they were last here. */
const since: Map<string, Ages> = new Map([
  ...people.confirmed.map(({ lastName }, index): [string, Ages] => {
    return [lastName, { invited: (196 - 21 * index) * DAY, seen: ((index * 7) % 10) ** 2 * 3.3 * HOUR }];
  }),
  ["Adeyemi", { invited: 203 * DAY, seen: 0.3 * HOUR }],
  [people.declined.lastName, { invited: 19 * DAY, seen: 0 }],
  [people.revoked.lastName, { invited: 15 * DAY, seen: 0 }],
  [people.expired.lastName, { invited: 9.2 * DAY, seen: 0 }],
  ...people.waiting.map(({ lastName }, index): [string, Ages] => [lastName, { invited: (4.1 - index) * DAY, seen: 0 }]),
]);

/** Changes the times in what the page reads, and the page's clock with them. */
export async function backdate(page: Page, ids: Riverside["ids"] = new Map()): Promise<void> {
  const started = Date.now() - NOW.getTime();
  await page.clock.setFixedTime(NOW);
  await page.route("**/v1/**", async (route) => {
    const request = route.request();
    if (request.method() !== "GET" && !request.url().endsWith("/lookup")) return route.fallback();
    const response = await route.fetch();
    const json = older(await response.json(), started + historyAge(request.url(), ids)) as unknown as Summary;
    if (request.url().endsWith("/summary")) {
      json.open.count -= 1;
      json.expired.count += 1;
    }
    await route.fulfill({ response, json });
  });
}

/** How old the history of one person is. */
function historyAge(url: string, ids: Riverside["ids"]): number {
  const object = new URL(url).searchParams.get("object");
  const found = [...ids].find(([, { userId, invitationId }]) => object === userId || object === invitationId);
  return since.get(found?.[0].replace(/^\S+ /, "") ?? "")?.invited ?? 0;
}

/** What counts the invitations. The service does not know that one of them has expired. */
type Summary = Record<"open" | "expired", { count: number }>;

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

function older(value: Json, by: number, index = 0): Json {
  if (Array.isArray(value)) return value.map((item, place) => older(item, by, place));
  if (typeof value !== "object" || value === null) return value;
  const ages = agesOf(value, index);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (member === "127.0.0.1") return [name, "203.0.113.24"];
      if (name === "url")
        return [name, String(member).replace(/^http:\/\/127[^/]*/, "https://hr.riverside-imaging.example")];
      if (typeof member !== "string" || !/^\d{4}-\d\d-\d\dT/.test(member)) return [name, older(member, by)];
      return [name, new Date(Date.parse(member) - by - (ages[name] ?? ages.other ?? 0)).toISOString()];
    }),
  );
}

/** How much older the times of a record are, by name. */
function agesOf(record: { [name: string]: Json }, index: number): Record<string, number> {
  const person = since.get(String(record.lastName));
  if (person) return { other: person.invited, lastLoginAt: person.seen, lastViewAt: person.seen };
  if (record.eventId) return { other: index ** 1.5 * 0.7 * HOUR };
  if (record.accessId) return { other: index * 11 * MINUTE + 3 * MINUTE };
  if (record.apiKeyId) return { other: (60 + index * 64) * DAY, lastUsedAt: index ** 2 * 30 * HOUR };
  if (record.webhookEndpointId) return { other: (33 + index * 80) * DAY };
  if (record.deliveryId) return { other: index ** 1.5 * 0.4 * HOUR };
  if (record.sessionId) return { other: index * 43 * HOUR, lastUsedAt: index * 38 * HOUR };
  return {};
}
