import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, problem, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";
import { challenge, delivery, deliveryList, secret, webhook, webhookList, webhookPath } from "../../test/webhooks";

type Webhook = ReturnType<typeof webhook>;
const done: Answer = { status: 200, body: { success: true, message: "" } };

/** An API with one webhook, which a test changes. */
function serve(change: Parameters<typeof webhook>[0] = {}, deliveries: unknown[] = [delivery()]) {
  const api = {
    webhook: webhook(change) as Webhook,
    deliveries,
    answer: done,
    sent: [] as ReturnType<typeof serveApi>,
  };
  const answer = () => api.answer;
  api.sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/webhookEndpoints": () => ({ status: 200, body: webhookList([api.webhook]) }),
    "GET /v1/webhookEndpoints/*/deliveries": () => ({ status: 200, body: deliveryList(api.deliveries) }),
    "PATCH /v1/webhookEndpoints/*": answer,
    ...Object.fromEntries(
      ["verify", "test", "rotate", "end"].map((action) => [`POST /v1/webhookEndpoints/*/${action}`, answer]),
    ),
  });
  return api;
}

const changes = (api: { sent: ReturnType<typeof serveApi> }) => api.sent.filter((one) => one.method !== "GET");
const press = async (person: ReturnType<typeof openPage>["person"], name: string) =>
  person.click(await screen.findByRole("button", { name }));
const shown = () => screen.findByRole("heading", { name: "Harbor PACS", level: 1 });

test("shows what is known", async () => {
  const [newest] = webhook().secrets;
  const old = { ...newest, endsAt: "2099-01-01T12:00:00.000Z" };
  serve({ eventTypes: ["user.updated"], secrets: [old, newest] as never });
  openPage(webhookPath);
  await shown();
  const text = screen.getByRole("region", { name: "Webhook" }).textContent;
  expect(text).toMatch(/Status.*Working/);
  expect(text).toContain("EventsUser changed");
  expect(text).toMatch(/Signs deliveries beside the new one until 1 Jan 2099/);
  expect(text).toContain("By Olu Adeyemi");
});

test.each<[string, Parameters<typeof webhook>[0], Partial<typeof challenge> & { failure?: string }, RegExp, string]>([
  ["waits", { status: "pending" }, {}, /is sending the receiver a challenge/, "Send the challenge again"],
  [
    "did not answer",
    { status: "pending" },
    { attempts: 2, failure: "timed_out", nextAttemptAt: "2099-01-01T12:00:00.000Z" },
    /It did not answer in 10 seconds.*AutoScribe will send it again at 1 Jan 2099/,
    "Send the challenge again",
  ],
  [
    "is gone",
    { status: "disabled", disabledReason: "gone" },
    {},
    /answered 410.*send those events again below/,
    "Enable again",
  ],
  [
    "fails",
    { failingSince: "2026-11-26T09:00:00.000Z" },
    { status: "canceled" },
    /Failing since 26 Nov/,
    "Send a challenge",
  ],
  [
    "failed",
    { status: "disabled", disabledReason: "failing", failingSince: "2026-11-20T09:00:00.000Z" },
    {},
    /failed for five days/,
    "Enable again",
  ],
  [
    "did not answer at its new address",
    { status: "disabled", disabledReason: "failing" },
    {},
    /did not answer the challenge at its new address for three days/,
    "Enable again",
  ],
])("a webhook that %s says what to do, and can be verified", async (_, change, asked, words, action) => {
  const api = serve(change, [{ ...challenge, ...asked }]);
  api.answer = { status: 200, body: challenge };
  const { person } = openPage(webhookPath);
  await screen.findByRole("button", { name: action });
  await waitFor(() => expect(screen.getByRole("region", { name: "Webhook" }).textContent).toMatch(words));
  expect(screen.queryByRole("button", { name: "Send test event" }) !== null).toBe(api.webhook.status === "active");
  await press(person, action);
  const said = await screen.findByText(/A challenge is on its way/);
  expect(document.activeElement).toBe(said);
  expect(changes(api)[0]?.path).toMatch(/\/verify$/);
});

test("the answer to a challenge shows without a reload", async () => {
  const api = serve({ status: "pending" }, [{ ...challenge, createdAt: new Date().toISOString() }]);
  openPage(webhookPath);
  await screen.findByText("Waiting for its challenge");
  api.webhook = webhook();
  api.deliveries = [{ ...challenge, status: "delivered", attempts: 1, statusCode: 200 }];
  await screen.findByText("Working", {}, { timeout: 5_000 });
  expect(screen.queryByText(/is sending the receiver a challenge/)).toBeNull();
});

test("a second challenge within a minute is refused in words", async () => {
  const api = serve({ status: "pending" }, [challenge]);
  api.answer = problem(429, "challenge_too_soon", "RAW", { headers: { "retry-after": "40" } });
  const { person } = openPage(webhookPath);
  await press(person, "Send the challenge again");
  expect((await screen.findByRole("alert")).textContent).toMatch(/once a minute.*You can try again in 40 s/);
});

test("a test event is sent, and the next refusal takes the place of its words", async () => {
  const api = serve();
  const { person } = openPage(webhookPath);
  await press(person, "Send test event");
  await screen.findByText(/A test event is on its way/);
  api.answer = problem(409, "webhook_not_active", "RAW");
  await press(person, "Send test event");
  expect((await screen.findByRole("alert")).textContent).toContain("must answer a challenge first");
  expect(screen.queryByText(/on its way/)).toBeNull();
});

test("only what was changed is sent", async () => {
  const api = serve({ eventTypes: ["user.updated"] });
  api.answer = { status: 200, body: webhook() };
  const { person } = openPage(webhookPath);
  await press(person, "Change");
  const heading = await screen.findByRole("heading", { name: "Change the webhook" });
  await waitFor(() => expect(document.activeElement).toBe(heading));
  const address = screen.getByLabelText("Address of the receiver");
  expect(screen.queryByText(/must answer a challenge first/)).toBeNull();
  await person.type(address, "/2");
  expect(screen.getByText(/must answer a challenge first/)).toBeTruthy();
  await person.click(screen.getByRole("radio", { name: "All events" }));
  await press(person, "Save");
  await screen.findByText("The webhook is saved.");
  expect(changes(api)[0]?.body).toEqual({ url: "https://pacs.example/autoscribe/2", eventTypes: null });
});

test("what someone else changes while the form is open is not sent back", async () => {
  const api = serve();
  api.answer = { status: 200, body: webhook() };
  const { person } = openPage(webhookPath);
  await press(person, "Change");
  await person.type(await screen.findByLabelText("Description"), " 2");
  api.webhook = webhook({ url: "https://moved.example/" });
  await press(person, "Send test event");
  await screen.findByText("https://moved.example/");
  await press(person, "Save");
  await screen.findByText("The webhook is saved.");
  expect(changes(api).at(-1)?.body).toEqual({ description: "Harbor PACS 2" });
});

test("a form without a change sends nothing that would change", async () => {
  const api = serve();
  api.answer = { status: 200, body: webhook() };
  const { person } = openPage(webhookPath);
  await press(person, "Change");
  await press(person, "Save");
  await screen.findByText("The webhook is saved.");
  expect(changes(api)[0]?.body).toEqual({});
});

test("a rotation says how long both secrets are valid, and shows the new one once", async () => {
  const api = serve();
  api.answer = { status: 200, body: { ...webhook(), secret } };
  const { person } = openPage(webhookPath);
  await press(person, "Rotate secret");
  const dialog = screen.getByRole("dialog", { name: "Rotate Harbor PACS?" });
  expect(dialog.textContent).toMatch(/Both secrets are valid until \d+ \w+/);
  const hours = within(dialog).getByLabelText(/Hours/);
  await person.clear(hours);
  await person.type(hours, "0");
  expect(dialog.textContent).toContain("From now on, only the new secret is valid.");
  await person.clear(hours);
  await person.type(hours, "48");
  await person.click(within(dialog).getByRole("button", { name: "Rotate secret" }));
  const shownOnce = await screen.findByRole("dialog", { name: "The secret of Harbor PACS" });
  expect(within(shownOnce).getByLabelText("Secret")).toHaveProperty("value", secret);
  expect(changes(api)[0]?.body).toEqual({ overlapHours: 48 });
  await person.click(within(shownOnce).getByRole("checkbox"));
  await person.click(within(shownOnce).getByRole("button", { name: "Close" }));
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Rotate secret" }));
});

test("a rotation after another one says that earlier secrets stop with it", async () => {
  const [newest] = webhook().secrets;
  serve({ secrets: [{ ...newest, endsAt: "2099-01-01T12:00:00.000Z" }, newest] as never });
  const { person } = openPage(webhookPath);
  await press(person, "Rotate secret");
  expect(screen.getByRole("dialog").textContent).toContain("Secrets of an earlier rotation stop then, too.");
});

test("ending asks first and begins at Cancel, and then offers nothing", async () => {
  const api = serve();
  const { person } = openPage(webhookPath);
  await press(person, "End webhook");
  const dialog = screen.getByRole("dialog", { name: "End Harbor PACS?" });
  expect(document.activeElement).toBe(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(changes(api)).toEqual([]);
  api.webhook = webhook({ status: "ended" });
  await person.click(within(dialog).getByRole("button", { name: "End for good" }));
  const said = await screen.findByText(/The webhook is ended/);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Rotate secret" })).toBeNull());
  expect(document.activeElement).toBe(said);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test.each(["rotate", "end"])("to %s one that was ended meanwhile is refused, and the page shows it", async (action) => {
  const api = serve();
  api.answer = problem(409, "webhook_ended", "RAW");
  const { person } = openPage(webhookPath);
  await press(person, action === "end" ? "End webhook" : "Rotate secret");
  api.webhook = webhook({ status: "ended" });
  const dialog = screen.getByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: /^(End for good|Rotate secret)$/ }));
  await within(dialog).findByText(/This webhook was ended/);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Send test event" })).toBeNull());
});

test("a web address without a webhook says so", async () => {
  serve();
  openPage("/webhooks/whk_0192ffffffffffffffffffffffffffff");
  await screen.findByRole("heading", { name: "Webhook not found", level: 1 });
});
