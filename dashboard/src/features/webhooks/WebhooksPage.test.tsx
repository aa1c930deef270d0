import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type Answer, problem, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";
import { otherTab } from "../../test/tabs";
import { challenge, delivery, deliveryList, secret, webhook, webhookList, webhookPath } from "../../test/webhooks";

const LAST = "GET /v1/webhookEndpoints/*/deliveries";
const row = (name: RegExp = /Harbor PACS/) => screen.findByRole("row", { name });

function serve(webhooks: unknown[], more: Parameters<typeof serveApi>[0] = {}) {
  return serveApi({
    "GET /v1/session": session(),
    "GET /v1/webhookEndpoints": webhookList(webhooks),
    [LAST]: deliveryList([delivery()]),
    ...more,
  });
}

test("lists each webhook with its state and its last delivery", async () => {
  const sent = serve([webhook({ eventTypes: ["user.updated", "user.released"] })]);
  openPage("/webhooks");
  const found = await row();
  expect(found.textContent).toContain("https://pacs.example/autoscribe");
  expect(found.textContent).toContain("User changed, User released");
  expect(found.textContent).toContain("Working");
  expect(found.textContent).toMatch(/Delivered.*User changed\. It answered 204/);
  expect(within(found).getByRole("link").getAttribute("href")).toBe(webhookPath);
  expect(sent.find((one) => one.path.endsWith("/deliveries"))?.query.get("limit")).toBe("1");
});

test.each<[string, Parameters<typeof webhook>[0], unknown[], RegExp]>([
  ["waiting", { status: "pending" }, [challenge], /Waiting for its challenge.*is sending the receiver a challenge/],
  [
    "not answering its challenge",
    { status: "pending" },
    [{ ...challenge, attempts: 1, failure: "challenge_not_answered" }],
    /did not answer the challenge. Its answer did not repeat the challenge/,
  ],
  [
    "waiting at another address, with events that wait too",
    { status: "pending" },
    [delivery({ status: "pending", statusCode: 500 })],
    /is sending the receiver a challenge/,
  ],
  ["failing", { failingSince: "2026-11-26T09:00:00.000Z" }, [], /FailingSince 26 Nov.*Check the receiver/],
  ["gone", { status: "disabled", disabledReason: "gone" }, [], /Disabled.*answered 410.*enable the webhook again/],
  [
    "disabled",
    { status: "disabled", disabledReason: "failing", failingSince: "2026-11-20T09:00:00.000Z" },
    [],
    /failed for five days.*enable the webhook again/,
  ],
  ["without a delivery", {}, [], /None yet/],
  ["about to lose its secret", { needsRotation: true }, [], /Rotate its secret soon/],
])("a webhook that is %s says so, and what to do", async (_, change, deliveries, words) => {
  serve([webhook(change)], { [LAST]: deliveryList(deliveries) });
  openPage("/webhooks");
  expect((await row()).textContent).toMatch(words);
});

test("one that was ended stays in the list, and its deliveries are not asked for", async () => {
  const sent = serve([webhook({ status: "ended" })]);
  openPage("/webhooks");
  expect((await row()).textContent).toContain("Ended");
  expect(sent.some((one) => one.path.endsWith("/deliveries"))).toBe(false);
});

test("the list shows without deliveries that could not be read", async () => {
  serve([webhook()], { [LAST]: problem(503, "unavailable", "Later.") });
  openPage("/webhooks");
  expect((await row()).textContent).toContain("Could not be read");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("says what a webhook is for while there is none", async () => {
  serve([]);
  openPage("/webhooks");
  await screen.findByText("No system gets events yet");
});

test("a member learns who can use the page", async () => {
  const sent = serve([], { "GET /v1/session": session({ level: "member" }) });
  openPage("/webhooks");
  await screen.findByText(/Only owners and admins/);
  expect(screen.queryByRole("link", { name: "Webhooks" })).toBeNull();
  expect(sent.some((one) => one.path.includes("webhook"))).toBe(false);
});

/** The page with its form open. */
async function openForm(answer: Answer = { status: 201, body: { ...webhook({ status: "pending" }), secret } }) {
  const webhooks: unknown[] = [];
  const sent = serve([], {
    "GET /v1/webhookEndpoints": () => ({ status: 200, body: webhookList(webhooks) }),
    "POST /v1/webhookEndpoints": () => {
      if (answer.status === 201) webhooks.push(webhook({ status: "pending" }));
      return answer;
    },
  });
  const { person, router } = openPage("/webhooks");
  await person.click(await screen.findByRole("button", { name: "Create webhook" }));
  const fill = async () => {
    await person.type(screen.getByLabelText("Address of the receiver"), "https://pacs.example/autoscribe");
    await person.type(screen.getByLabelText("Description"), "Harbor PACS");
  };
  const submit = () => person.click(screen.getByRole("button", { name: "Create" }));
  const posts = () => sent.filter((one) => one.method === "POST");
  return { person, router, fill, submit, posts };
}

test("the form has the focus, and Cancel gives it back", async () => {
  const { person } = await openForm();
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Create a webhook" }));
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Create webhook" })));
});

test("creates a webhook for all events, shows its secret until it is stored, and leads to its page", async () => {
  const { person, router, fill, submit, posts } = await openForm();
  await fill();
  await submit();
  const dialog = await screen.findByRole("dialog", { name: "The secret of Harbor PACS" });
  expect(within(dialog).getByLabelText("Secret")).toHaveProperty("value", secret);
  expect(posts()[0]?.body).toEqual({ url: "https://pacs.example/autoscribe", description: "Harbor PACS" });
  await person.click(within(dialog).getByRole("button", { name: "Close" }));
  expect(within(dialog).getByRole("status").textContent).toContain("Store the secret");
  await person.click(within(dialog).getByRole("checkbox", { name: "I have stored it" }));
  await person.click(within(dialog).getByRole("button", { name: "Close" }));
  const title = await screen.findByRole("heading", { name: "Harbor PACS", level: 1 });
  expect(router.state.location.pathname).toBe(webhookPath);
  expect(title.textContent).not.toContain(secret);
  expect(document.body.textContent).not.toContain(secret);
});

test("a sign-out in another tab takes the page, and the secret only after it is stored", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {});
  const { person, router, fill, submit } = await openForm();
  await fill();
  await submit();
  const dialog = await screen.findByRole("dialog", { name: "The secret of Harbor PACS" });
  otherTab().tell("signedOut");
  await waitFor(() => expect(screen.queryByRole("heading", { name: "Webhooks" })).toBeNull());
  await person.click(within(dialog).getByRole("checkbox", { name: "I have stored it" }));
  await person.click(within(dialog).getByRole("button", { name: "Close" }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in"));
  expect(router.state.location.pathname).toBe("/webhooks");
});

test("only some events can be chosen, one by one or by group", async () => {
  const { person, fill, submit, posts } = await openForm();
  await fill();
  expect(screen.queryByRole("checkbox")).toBeNull();
  await person.click(screen.getByRole("radio", { name: "Only some" }));
  expect(screen.getAllByRole("checkbox")).toHaveLength(24);
  await submit();
  await person.click(screen.getByRole("link", { name: "Events" }));
  expect(document.activeElement).toBe(screen.getByRole("checkbox", { name: "Invitation sent" }));
  await person.click(screen.getByRole("button", { name: "Choose all of Keys" }));
  await person.click(screen.getByRole("checkbox", { name: "API key created" }));
  await person.click(screen.getByRole("checkbox", { name: "User changed" }));
  expect(screen.getByRole("button", { name: "Choose all of Keys" })).toBeTruthy();
  await person.click(screen.getByRole("button", { name: "Choose all of Views" }));
  await person.click(screen.getByRole("button", { name: "Choose none of Views" }));
  await submit();
  await screen.findByRole("dialog", { name: "The secret of Harbor PACS" });
  expect(posts()[0]?.body).toMatchObject({
    eventTypes: ["user.updated", "api_key.rotated", "api_key.revoked", "signing_key.rotated"],
  });
});

test("an empty form is not sent, and leads to each fault", async () => {
  const { person, submit, posts } = await openForm();
  await submit();
  await person.click(screen.getByRole("link", { name: "Address of the receiver" }));
  expect(document.activeElement).toBe(screen.getByLabelText("Address of the receiver"));
  expect(screen.getAllByText(/Enter an address such as/)).toHaveLength(2);
  expect(screen.getByLabelText("Description").getAttribute("aria-invalid")).toBe("true");
  expect(posts()).toEqual([]);
});

test("an address that the API refuses says why at its field", async () => {
  const errors = [{ field: "url", code: "webhook_url_invalid", detail: "RAW" }];
  const { fill, submit } = await openForm(problem(422, "webhook_url_invalid", "RAW", { errors }));
  await fill();
  await submit();
  await screen.findByRole("link", { name: "Address of the receiver" });
  const field = screen.getByLabelText("Address of the receiver");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(field.parentElement?.textContent).toContain("Enter an https address with a domain name");
});

test.each([
  [problem(409, "too_many_webhooks", "RAW"), /has 10 webhooks, or ended too many/],
  [problem(503, "unavailable", "Later."), /may have been created without its secret/],
])("a refusal keeps the form and says what helps", async (answer, words) => {
  const { fill, submit } = await openForm(answer);
  await fill();
  await submit();
  await screen.findByText(words);
  expect(screen.getByLabelText("Description")).toHaveProperty("value", "Harbor PACS");
});
