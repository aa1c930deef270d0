import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";

/** A clinic of one test: its owner's address, and an API key that may do everything. */
export type Clinic = { name: string; ownerEmail: string; apiKey: string };

/** An email that the service sent. */
export type Email = { from: string; to: string[]; subject: string; text: string };

/** Makes a clinic. Its owner is invited. */
export function makeClinic(name: string, ownerEmail = address("olu")): Clinic {
  const { directory, binary } = inject("service");
  const options = [
    "--clinic",
    name,
    "--owner-email",
    ownerEmail,
    "--owner-first-name",
    "Olu",
    "--owner-last-name",
    "Adeyemi",
  ];
  const printed = execFileSync(binary, ["provision", ...options], { cwd: directory, encoding: "utf8" });
  return { name, ownerEmail, apiKey: JSON.parse(printed).apiKey };
}

/** An address that no other test uses. */
export function address(name: string): string {
  return `${name}.${crypto.randomUUID().slice(0, 8)}@clinic.example`;
}

/** Calls the API with the clinic's key, as a PACS does. */
export function asPacs(clinic: Clinic, method: string, path: string, body?: unknown) {
  return call(method, path, body, { authorization: `Bearer ${clinic.apiKey}` });
}

/** Calls the API. Throws if it refuses. */
export async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const { url } = inject("service");
  const response = await fetch(url + path, {
    method,
    headers: { origin: url, "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

/** Every email to this address, newest first. */
export async function emailsTo(address: string): Promise<Email[]> {
  const response = await fetch(`${inject("service").url}/inbox.json`);
  const emails = (await response.json()) as Email[];
  return emails.filter((email) => [email.to].flat().includes(address));
}

/** Waits for the newest email to this address, the `count`th in all. The emails of other tests may come first. */
export async function waitForEmail(to: string, count = 1): Promise<Email> {
  for (let tries = 0; tries < 600; tries++) {
    const [newest, ...older] = await emailsTo(to);
    if (newest && older.length + 1 >= count) return newest;
    await sleep(100);
  }
  throw new Error(`no email number ${count} to ${to}`);
}

/** The link of an email, on the service under test. */
export async function waitForLink(to: string, count = 1): Promise<string> {
  const { text } = await waitForEmail(to, count);
  const link = /https?:\/\/\S+#token=\S+/.exec(text)?.[0];
  if (!link) throw new Error("the email has no link");
  return link;
}
