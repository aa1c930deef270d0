/**
 * Example of a receiver of webhooks: verifies each delivery, and stores each event once.
 *
 *     node dist/receiver.js                 receives deliveries
 *     node dist/receiver.js catch-up        reads the event feed, which has what was missed, and the order
 *     node dist/receiver.js events          prints the stored events, one on each line
 *     node dist/receiver.js events usr_...  prints those about one person, invitation, key or access
 */

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
// Verifies deliveries. It is the library of the Standard Webhooks project.
import { Webhook, WebhookVerificationError } from "standardwebhooks";

interface Event {
  id: string;
  /** Later releases have types that you do not know. */
  type: string;
  createdAt: string;
  data: Record<string, unknown>;
}

interface Page {
  events: Event[];
  cursor: string;
  hasMore: boolean;
}

/** A page as it is stored: where the next one begins, and the ids of its events. */
interface StoredPage {
  cursor: string;
  events: string[];
}

type Headers = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

/** One secret on each line. The file is read for each delivery, so a rotation needs no restart. */
const SECRETS = process.env.WEBHOOK_SECRETS ?? "secrets.txt";
/** A directory with a file for each event, and one for each page of the feed that was read. */
const STORE = process.env.EVENT_STORE ?? "events";
const EVENTS = join(STORE, "events");
const PAGES = join(STORE, "pages");
const MAX_BODY_BYTES = 64 * 1024;

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
  ) {
    super(error);
  }
}

/** Returns the event, if one of the secrets signed it in the last five minutes. */
function verifyDelivery(body: string, headers: Headers): Event {
  for (const secret of readFileSync(SECRETS, "utf8").split(/\s+/).filter(Boolean)) {
    const webhook = new Webhook(secret);
    try {
      return webhook.verify(body, headers) as Event;
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
    }
  }
  throw new Refusal(400, "signature_invalid");
}

/** Returns the answer. Call it with the body as it came, byte for byte. */
function receiveDelivery(body: string, headers: Headers): Record<string, unknown> {
  const event = verifyDelivery(body, headers);
  if (event.type === "webhook.challenge") return { challenge: event.data.challenge };
  // Store types that you do not know too. Work that takes long comes after the answer.
  const isNew = addEvent(headers["webhook-id"], body);
  print(`${isNew ? "stored" : "repeated"} ${event.type} ${event.id}`);
  return {};
}

/** Returns whether the event is new. It is on disk before this returns. */
function addEvent(id: string, body: string): boolean {
  if (!/^\w{1,100}$/.test(id)) throw new Refusal(400, "id_invalid");
  const path = join(EVENTS, `${id}.json`);
  if (existsSync(path)) return false;
  writeWhole(path, body);
  return true;
}

/** Writes a file that a crash leaves either whole or absent. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { flush: true });
  renameSync(draft, path);
  const directory = openSync(join(path, ".."), "r");
  fsyncSync(directory);
  closeSync(directory);
}

/** Reads the feed from where the last call stopped. It fills gaps and gives each event its place. */
async function catchUp(): Promise<void> {
  const pages = readdirSync(PAGES).filter(isWhole).sort();
  const last = pages.at(-1);
  let after = last === undefined ? undefined : readJson<StoredPage>(join(PAGES, last)).cursor;
  let count = pages.length;
  let hasMore = true;
  while (hasMore) {
    const page = await readPage(after);
    for (const event of page.events) addEvent(event.id, JSON.stringify(event));
    // The page comes after its events, so a crash leaves no gap.
    if (page.cursor !== after) {
      const stored: StoredPage = { cursor: page.cursor, events: page.events.map((event) => event.id) };
      const name = `${String(count++).padStart(12, "0")}.json`;
      writeWhole(join(PAGES, name), JSON.stringify(stored));
    }
    after = page.cursor;
    hasMore = page.hasMore;
  }
}

async function readPage(after: string | undefined): Promise<Page> {
  const query = new URLSearchParams(after === undefined ? { limit: "100" } : { limit: "100", after });
  const answer = await fetch(`${process.env.AVARA_BASE_URL}/v1/events?${query}`, {
    headers: { authorization: `Bearer ${process.env.AVARA_API_KEY}` },
  });
  if (answer.status === 410 && after !== undefined) {
    // 410 events_expired or feed_restarted: the feed does not go on from this cursor.
    process.stderr.write("events are missing: read the users and invitations again\n");
    return readPage(undefined);
  }
  if (!answer.ok) throw new Error(`GET /v1/events: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Page;
}

/** The events in the order of the feed. Those that the feed did not place yet come last. */
function listEvents(about: string | undefined): Event[] {
  const pages = readdirSync(PAGES).filter(isWhole).sort();
  const placed = pages.flatMap((name) => readJson<StoredPage>(join(PAGES, name)).events);
  const stored = readdirSync(EVENTS).filter(isWhole);
  const ids = new Set([...placed, ...stored.map((name) => name.replace(".json", "")).sort()]);
  const events = [...ids].map((id) => readJson<Event>(join(EVENTS, `${id}.json`)));
  return events.filter(({ data }) => {
    const values = Object.entries(data).filter(([name]) => name !== "actor");
    return about === undefined || values.some(([, value]) => value === about);
  });
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

function isWhole(name: string): boolean {
  return name.endsWith(".json");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Reads the whole body, because a client that is still sending would not read the answer. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) throw new Refusal(413, "too_large");
  return Buffer.concat(chunks).toString();
}

async function answer(request: IncomingMessage): Promise<[number, Record<string, unknown>]> {
  try {
    const body = await readBody(request);
    if (request.url !== "/webhooks") throw new Refusal(404, "not_found");
    if (request.method !== "POST") throw new Refusal(405, "method_not_allowed");
    const header = (name: keyof Headers) => request.headersDistinct[name]?.[0] ?? "";
    const headers: Headers = {
      "webhook-id": header("webhook-id"),
      "webhook-timestamp": header("webhook-timestamp"),
      "webhook-signature": header("webhook-signature"),
    };
    return [200, receiveDelivery(body, headers)];
  } catch (cause) {
    if (cause instanceof Refusal) return [cause.status, { error: cause.error }];
    // Without 2xx the delivery comes again.
    process.stderr.write(`not stored: ${cause}\n`);
    return [503, { error: "temporarily_unavailable" }];
  }
}

function serve(): void {
  const server = createServer({ requestTimeout: 10_000 }, async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  const port = Number(process.env.PORT ?? "8091");
  server.listen(port, "127.0.0.1", () => print(`http://127.0.0.1:${port}/webhooks`));
}

const [command, about, ...rest] = process.argv.slice(2);
mkdirSync(EVENTS, { recursive: true });
mkdirSync(PAGES, { recursive: true });
if (command === undefined) {
  serve();
} else if (command === "catch-up" && about === undefined) {
  await catchUp();
} else if (command === "events" && rest.length === 0) {
  for (const event of listEvents(about)) print(JSON.stringify(event));
} else {
  process.stderr.write("usage: receiver.js [catch-up | events [id]]\n");
  process.exitCode = 2;
}
