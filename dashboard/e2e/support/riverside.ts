import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { inject } from "vitest";
import { type MachineOptions, ownersMachine, PASSWORD } from "./browser";
import { makeClinic, waitForEmail, waitForLink } from "./clinic";
import { startReceiver } from "./receiver";

/** A radiology clinic as its owner knows it: people, invitations in every state, open views and keys. */
export type Riverside = {
  page: Page;
  /** Calls the API as the owner. */
  api: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Made for a PACS, with every scope that it needs. */
  pacsKey: string;
  /** Users and invitations, by the local part of the address. */
  ids: Map<string, { userId: string; invitationId: string }>;
  /** A webhook that works. */
  webhookId: string;
};

// biome-ignore lint/suspicious/noExplicitAny: answers of the API, for data and not for checks.
type Answer = any;

type Grants = { npi?: string; studies?: boolean; dashboard?: boolean; admin?: boolean; email?: string };

export type Person = ReturnType<typeof person>;

/** A person to invite. An NPI stands for the permission to create reports. */
function person(name: string, clinicRole: string, grants: Grants) {
  const [firstName = "", ...others] = name.split(" ");
  const plain = name
    .normalize("NFD")
    .toLowerCase()
    .replace(/\s+/g, ".")
    .replace(/[^a-z.]/g, "");
  return {
    email: grants.email ?? plain,
    firstName,
    lastName: others.join(" "),
    clinicRole,
    level: grants.admin ? "admin" : "member",
    canManageStudies: grants.admin || grants.studies || false,
    canCreateReports: grants.npi !== undefined,
    hasDashboardAccess: grants.admin || grants.dashboard || false,
    ...(grants.npi && { npiNumber: grants.npi }),
  };
}

/** The people of the clinic, those who came first at the top. The stand-in for the NPI registry knows these numbers. */
export const people = {
  confirmed: [
    person("Grace Lindholm", "Imaging Technologist", { studies: true, dashboard: true }),
    person("Maria García López", "Radiologist", { npi: "2000000028", dashboard: true }),
    person("Ruth Doyle", "Radiologist", { npi: "2000000051" }),
    person("Ken Nakamura", "Radiologist", { npi: "2000000010" }),
    person("Priya Raman", "IT Administrator", { admin: true }),
    person("Conor O’Brien", "Radiologist", { npi: "2000000002", studies: true, dashboard: true }),
    person("Mia Castellano", "Front Desk Operator", { studies: true, dashboard: true }),
    person("Luc Moreau", "Radiologist", { npi: "2000000044" }),
    person("Anna Hale", "Radiologist", { npi: "1234567893", studies: true, dashboard: true }),
  ],
  declined: person("Elsa Brandt", "Radiologist", { npi: "2000000036" }),
  revoked: person("Dana Whitfield", "Medical Assistant", { studies: true, dashboard: true }),
  expired: person("Jan Müller", "Radiologist", { npi: "2000000135", dashboard: true }),
  waiting: [
    person("Leo Varga", "Radiologist", { npi: "2000000119" }),
    person("Noor Aziz", "Patient Care Coordinator", { dashboard: true, email: "complaint@lakeside-imaging.example" }),
    person("Olivia St.John", "Radiologist", { npi: "2000000176", dashboard: true }),
    person("Siv Åberg", "Radiologist", { npi: "2000000150", email: "bounce@riverside-imagng.example" }),
  ],
};

/** Makes the clinic. `domain` is the one of its addresses, and must be new to the service. */
export async function makeRiverside(domain: string, options: MachineOptions = {}): Promise<Riverside> {
  const clinic = makeClinic("Riverside Imaging", `olu.adeyemi@${domain}`);
  const page = await ownersMachine(clinic, options);
  const api = ownersApi(page, (await (await page.request.get("/v1/session")).json()).clinic.clinicId);
  const ids: Riverside["ids"] = new Map();
  const invite = async (one: Person) => {
    const email = one.email.includes("@") ? one.email : `${one.email}@${domain}`;
    const { userId, invitationId } = await api("POST", "/v1/autoScribe/users", { ...one, email });
    ids.set(`${one.firstName} ${one.lastName}`, { userId, invitationId });
    return { userId, invitationId, email };
  };
  await api("PATCH", "/v1/clinic", { timeZone: "America/New_York", replyTo: `office@${domain}` });
  // Admins and keys need it.
  await api("POST", "/v1/session/confirm", { password: PASSWORD });
  for (const one of people.confirmed) await accept((await invite(one)).email);
  await answer((await invite(people.declined)).email, "reject", { reason: "I am moving to another practice." });
  const { invitationId, email } = await invite(people.revoked);
  await waitForEmail(email);
  await api("POST", "/v1/autoScribe/users/invitations/revoke", { invitationId });
  await invite(people.expired);
  for (const one of people.waiting) await invite(one);
  await api("POST", "/v1/autoScribe/users/revoke-access", { userId: ids.get("Luc Moreau")?.userId });
  const webhookId = await makeWebhooks(api);
  const pacsKey = await makeKeys(api);
  await openViews(pacsKey, ids);
  await waitForDeliveries(api, webhookId);
  return { page, api, ids, pacsKey, webhookId };
}

function ownersApi(page: Page, clinicId: string): Riverside["api"] {
  const headers = { origin: inject("service").url, "autoscribe-clinic": clinicId };
  return async (method, path, data) => {
    const response = await page.request.fetch(path, { method, headers, data });
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    return response.json();
  };
}

async function accept(email: string): Promise<void> {
  const { terms, needsPassword } = await answer(email, "lookup");
  await answer(email, "accept", { terms, ...(needsPassword && { password: PASSWORD }) });
}

/** Does something with the link that was emailed to this address. */
async function answer(email: string, what: "lookup" | "accept" | "reject", more: object = {}): Promise<Answer> {
  const token = new URL(await waitForLink(email)).hash.replace("#token=", "");
  return post(`/v1/invitation/${what}`, { token, ...more });
}

/** Makes a webhook that works, and one whose receiver is not there. */
async function makeWebhooks(api: Riverside["api"]): Promise<string> {
  const { url } = await startReceiver();
  await api("POST", "/v1/webhookEndpoints", {
    url: `${url}/later`,
    description: "Billing",
    eventTypes: ["user.updated", "user.deactivated"],
  });
  const { webhookEndpointId } = await api("POST", "/v1/webhookEndpoints", { url, description: "Staff directory" });
  await waitUntil(async () => {
    const { webhookEndpoints } = await api("GET", "/v1/webhookEndpoints");
    return webhookEndpoints[0].status === "active";
  });
  return webhookEndpointId;
}

/** Waits until the webhook got an event of each view. */
function waitForDeliveries(api: Riverside["api"], webhookId: string): Promise<void> {
  return waitUntil(async () => {
    const { deliveries } = await api("GET", `/v1/webhookEndpoints/${webhookId}/deliveries?status=delivered&limit=100`);
    return deliveries.filter((one: { type: string }) => one.type === "access.issued").length === 4;
  });
}

async function waitUntil(isTrue: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await isTrue()) return;
    await sleep(100);
  }
  throw new Error("it did not become true");
}

async function makeKeys(api: Riverside["api"]): Promise<string> {
  const pacs = await api("POST", "/v1/apiKeys", {
    description: "PACS Riverside, production",
    scopes: ["users:read", "access:issue", "access:dictate"],
    embedOrigins: ["https://pacs.riverside-imaging.example"],
  });
  await api("POST", "/v1/apiKeys", { description: "Access review", scopes: ["users:read", "invitations:read"] });
  return pacs.apiKey;
}

/** Opens views as a PACS does. The last link is not opened yet. */
async function openViews(key: string, ids: Riverside["ids"]): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const link = async (reader: string, study: number, mode: string) => {
    const studyInstanceUid = `1.2.840.113619.2.55.3.6046.${study}`;
    const userId = ids.get(reader)?.userId;
    const whose = mode === "reroute-url" ? { assignedToUserId: userId } : { userId };
    const { url } = await post(
      `/v1/autoScribe/studies/${mode}`,
      { ...whose, studyInstanceUid, linkSeconds: 300 },
      headers,
    );
    return new URL(url).hash.replace("#token=", "");
  };
  const token = await link("Ken Nakamura", 20418, "reroute-url");
  await post("/v1/access/redeem", { token });
  await post("/v1/access/redeem", { token: await link("Anna Hale", 11975, "reroute-url") });
  await post("/v1/access/redeem", { token: await link("Grace Lindholm", 20418, "viewer-only-reroute-url") });
  await link("Conor O’Brien", 30662, "reroute-url");
}

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const { url } = inject("service");
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url, ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
