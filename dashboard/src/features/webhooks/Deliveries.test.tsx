import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, inTurn, problem, type Sent, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";
import { challenge, delivery, deliveryList, webhook, webhookList, webhookPath } from "../../test/webhooks";

const done: Answer = { status: 200, body: { success: true, message: "" } };
const waiting = delivery({
  deliveryId: "whd_0192dddddddddddddddddddddddddddd",
  type: "invitation.accepted",
  status: "pending",
  attempts: 3,
  statusCode: 500,
  nextAttemptAt: "2099-01-01T12:00:00.000Z",
});
const row = (name: RegExp) => screen.findByRole("row", { name });

function serve(answer: Answer | ((sent: Sent) => Answer) = done, change: Parameters<typeof webhook>[0] = {}) {
  const api = { webhook: webhook(change) as ReturnType<typeof webhook>, sent: [] as Sent[] };
  api.sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/webhookEndpoints": () => ({ status: 200, body: webhookList([api.webhook]) }),
    "GET /v1/webhookEndpoints/*/deliveries": ({ query }) => {
      const all = [delivery(), waiting, challenge];
      const wanted = query.get("status");
      return { status: 200, body: deliveryList(wanted ? all.filter((one) => one.status === wanted) : all) };
    },
    "POST /v1/webhookEndpoints/*/redeliver": answer,
  });
  return api;
}

const posts = (api: { sent: Sent[] }) => api.sent.filter((one) => one.method === "POST");

test("lists each delivery with its answer, attempts and next try", async () => {
  serve();
  openPage(webhookPath);
  const arrived = (await row(/User changed/)).textContent;
  expect(arrived).toMatch(/Delivered.*It answered 204/);
  const late = (await row(/Invitation confirmed/)).textContent;
  expect(late).toMatch(/Will be tried again.*Next try 1 Jan 2099.*It answered 500.*3/);
  expect(within(await row(/Challenge/)).queryByRole("button")).toBeNull();
});

test("a filter shows in the URL, and the empty list says so", async () => {
  const api = serve();
  const { person, router } = openPage(webhookPath);
  await row(/User changed/);
  await person.click(screen.getByRole("link", { name: "Waiting" }));
  await waitFor(() => expect(screen.queryByRole("row", { name: /User changed/ })).toBeNull());
  await row(/Invitation confirmed/);
  expect(router.state.location.search).toEqual({ show: "pending" });
  await person.click(screen.getByRole("link", { name: "Failed" }));
  await screen.findByText("No delivery is in this state");
  expect(api.sent.at(-1)?.query.get("status")).toBe("failed");
});

test("one delivery is sent again, and its button keeps the focus", async () => {
  const api = serve();
  const { person } = openPage(webhookPath);
  const button = within(await row(/User changed/)).getByRole("button", { name: /^Send again User changed, 27 Nov/ });
  await person.click(button);
  await screen.findByText("User changed is being sent again.");
  expect(posts(api)[0]?.body).toEqual({ deliveryId: delivery().deliveryId });
  expect(document.activeElement).toBe(button);
});

test("one that waits can be tried now, and one that is gone is refused in words", async () => {
  const api = serve(problem(404, "delivery_not_found", "RAW"));
  const { person } = openPage(webhookPath);
  await person.click(within(await row(/Invitation confirmed/)).getByRole("button", { name: /^Try now/ }));
  expect((await screen.findByRole("alert")).textContent).toContain("Deliveries are kept for 30 days.");
  expect(posts(api)).toHaveLength(1);
});

async function openReplay(...answers: Answer[]) {
  const api = serve(inTurn(...answers, done));
  const { person } = openPage(webhookPath);
  await person.click(await screen.findByRole("button", { name: "Send all again since…" }));
  const dialog = screen.getByRole("dialog", { name: "Send events again?" });
  const since = within(dialog).getByLabelText("Since");
  const submit = () => person.click(within(dialog).getByRole("button", { name: "Send events again" }));
  return { api, dialog, since, submit };
}

test("all since a time are sent again, and the page says so while it runs", async () => {
  const { api, since, submit } = await openReplay();
  const at = new Date(Date.now() - 3 * 3_600_000);
  at.setSeconds(0, 0);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  fireEvent.change(since, { target: { value: local } });
  api.webhook = webhook({ replay: { since: at.toISOString(), startedAt: new Date().toISOString() } });
  await submit();
  const said = await screen.findByText("The events are being sent again, one after another.");
  expect(posts(api)[0]?.body).toEqual({ since: at.toISOString() });
  await screen.findByText(/^Events since/);
  expect(screen.queryByRole("button", { name: "Send all again since…" })).toBeNull();
  expect(document.activeElement).toBe(said);
});

test("a replay that someone else started is refused in words, and shows behind the question", async () => {
  const { api, dialog, submit } = await openReplay(problem(409, "replay_running", "RAW"));
  api.webhook = webhook({ replay: { since: "2026-11-27T00:00:00.000Z", startedAt: "2026-11-28T00:00:00.000Z" } });
  await submit();
  await within(dialog).findByText(/are being sent again already/);
  await screen.findByText(/^Events since/);
  expect(screen.getByRole("dialog")).toBe(dialog);
});

test.each([
  ["", "Enter a day and a time."],
  ["2099-01-01T00:00", "Enter a time that has passed."],
  ["2020-01-01T00:00", "Enter a time within the last 30 days."],
])("since %j nothing is sent again", async (value, words) => {
  const { api, dialog, since, submit } = await openReplay();
  fireEvent.change(since, { target: { value } });
  await submit();
  expect(dialog.textContent).toContain(words);
  expect(document.activeElement).toBe(since);
  expect(posts(api)).toEqual([]);
});

test.each(["pending", "disabled", "ended"] as const)("nothing can be sent again while it is %s", async (status) => {
  serve(done, { status });
  openPage(webhookPath);
  const found = await row(/User changed/);
  expect(within(found).queryByRole("button")).toBeNull();
  expect(screen.queryByRole("button", { name: "Send all again since…" })).toBeNull();
  expect(screen.queryByText(/Once the webhook works, you can send them again/) !== null).toBe(status !== "ended");
});
