import { screen, waitFor } from "@testing-library/react";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { path as annaPath } from "./test/anna";
import { type Answer, invitation, problem, session } from "./test/api";
import { readOf, serveClinic } from "./test/clinic";
import { offline, slow, throttled } from "./test/offline";
import { openPage } from "./test/page";
import { signInAgain } from "./test/session";
import { troubles } from "./test/troubles";
import { webhookPath } from "./test/webhooks";

const invitationPath = `/users/invitations/${invitation().invitationId}`;
const row = (name: RegExp) => () => screen.findByRole("row", { name });
const words = (text: RegExp) => () => screen.findByText(text);

/** What each page reads: the page, the request, what it says while it waits, and what it shows then. */
const reads: [string, string, string, string, () => Promise<HTMLElement>][] = [
  ["Users", "/users", "GET /v1/autoScribe/users", "users", row(/Anna Hale/)],
  ["a user", annaPath, "GET /v1/autoScribe/users/*", "the user", words(/^anna.hale@clinic.example$/)],
  ["the views of a user", annaPath, "GET /v1/access", "open views", row(/1\.2\.840\.1/)],
  ["the activity of a user", annaPath, "GET /v1/auditEvents", "the activity", words(/changed Anna Hale/)],
  ["Invitations", "/users/invitations", "GET /v1/autoScribe/users/invitations", "invitations", row(/Anna Hale/)],
  [
    "an invitation",
    invitationPath,
    "GET /v1/autoScribe/users/invitations/*",
    "the invitation",
    words(/^There is no link to copy/),
  ],
  ["the activity of an invitation", invitationPath, "GET /v1/auditEvents", "the activity", words(/changed Anna Hale/)],
  [
    "an invitation to repeat",
    `/users/invitations/new?from=${invitation().invitationId}`,
    "GET /v1/autoScribe/users/invitations/*",
    "the invitation",
    () => screen.findByLabelText("Email address"),
  ],
  ["Open views", "/views", "GET /v1/access", "open views", row(/1\.2\.840\.1/)],
  ["Activity", "/activity", "GET /v1/auditEvents", "activity", row(/changed Anna Hale/)],
  ["Access review", "/access-review", "GET /v1/accessReview", "the access review", row(/Anna Hale/)],
  ["API keys", "/keys", "GET /v1/apiKeys", "API keys", row(/PACS Riverside/)],
  ["Webhooks", "/webhooks", "GET /v1/webhookEndpoints", "webhooks", row(/Harbor PACS/)],
  ["a webhook", webhookPath, "GET /v1/webhookEndpoints", "the webhook", words(/^https:\/\/pacs.example\/autoscribe$/)],
  [
    "the deliveries of a webhook",
    webhookPath,
    "GET /v1/webhookEndpoints/*/deliveries",
    "deliveries",
    row(/User changed/),
  ],
  ["Clinic", "/clinic", "GET /v1/clinic", "the settings", () => screen.findByLabelText("Time zone")],
  ["the next owner", "/clinic", "GET /v1/autoScribe/users", "people", () => screen.findByLabelText("Next owner")],
  ["the sessions of an account", "/account", "GET /v1/sessions", "your sessions", row(/192\.0\.2\.7/)],
];

describe.each(reads)("%s", (_, path, route, what, shown) => {
  /** Opens the page over an API that answers this route in a way that the test changes. */
  function open(first: Answer | (() => Answer) | null) {
    const api = { answer: first };
    const sent = serveClinic({
      [route]: (one) => {
        const { answer } = api;
        return typeof answer === "function" ? answer() : (answer ?? readOf(route, one));
      },
      "POST /v1/session": () => {
        api.answer = null;
        return { status: 200, body: session({ level: "owner" }) };
      },
    });
    return { ...openPage(path), api, sent };
  }

  test("is spoken of while it loads", async () => {
    serveClinic({ [route]: slow });
    openPage(path);
    const status = (await screen.findByText(`Loading ${what}…`)).parentElement;
    expect(status?.getAttribute("role")).toBe("status");
    expect(status?.querySelectorAll(".skeleton")).toHaveLength(3);
  });

  test("says what is wrong, and shows once it can be read", async () => {
    const { api, person } = open(null);
    for (const [, answer, said] of troubles) {
      api.answer = answer;
      if (screen.queryByRole("alert")) await person.click(screen.getByRole("button", { name: "Try again" }));
      await waitFor(() => expect(screen.getByRole("alert").textContent).toBe(`${said}Try again`));
    }
    api.answer = null;
    await person.click(screen.getByRole("button", { name: "Try again" }));
    await shown();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("counts down when it is throttled", async () => {
    open(throttled);
    expect(await screen.findByRole("button", { name: "Try again in 2 s" })).toHaveProperty("disabled", true);
    expect(screen.getByRole("alert").textContent).toContain("Too many requests.");
  });

  test("asks to sign in when the session is over, and goes on", async () => {
    const { person } = open(problem(401, "unauthenticated", "Sign in."));
    await signInAgain(person);
    await shown();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("stays when it cannot be read again", async () => {
    const { api, sent } = open(null);
    await shown();
    api.answer = offline;
    const before = sent.length;
    onTestFinished(() => void vi.useRealTimers());
    vi.setSystemTime(Date.now() + 10_000);
    window.dispatchEvent(new Event("visibilitychange"));
    // A form stays as it is. What was read to fill it matters no more.
    if (path.includes("from=")) await waitFor(() => expect(sent.length).toBeGreaterThan(before));
    else await screen.findByRole("alert");
    await shown();
  });
});
