import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna, asked, edited, event, key, list, serveActivity } from "../../test/activity";
import { session } from "../../test/api";
import { openPage } from "../../test/page";
import { webhook, webhookList, webhookPath } from "../../test/webhooks";

test("says each record as a sentence with names, and what changed", async () => {
  serveActivity(() => list([edited, event({ actor: key, action: "user.deactivated" })]));
  openPage("/activity");
  const row = await screen.findByRole("row", { name: /Olu Adeyemi changed Anna Hale/ });
  expect(row.textContent).toContain(
    "Permissions before: Reports, PACS only. After: Admin, Reports, Studies, Dashboard",
  );
  expect(row.textContent).toContain("192.0.2.7");
  expect(row.querySelector("time")?.dateTime).toBe(edited.at);
  expect(within(row).getByRole("link").getAttribute("href")).toBe(`/users/${anna.userId}`);
  expect(screen.getByText("The API key “Front desk PACS” deactivated Anna Hale")).toBeTruthy();
});

test("names a person who has not confirmed by the invitation", async () => {
  const invited = anna.userId.replace("usr_", "inv_");
  serveActivity(() => list([event({ action: "invitation.resent", object: invited })]), {
    "GET /v1/autoScribe/users/invitations/*": anna,
  });
  openPage("/activity");
  const link = await screen.findByRole("link", { name: "Olu Adeyemi resent the invitation for Anna Hale" });
  expect(link.getAttribute("href")).toBe(`/users/invitations/${invited}`);
});

test("names a webhook, and leads to its page", async () => {
  const { webhookEndpointId: object } = webhook();
  serveActivity(() => list([event({ action: "webhook.rotated", object })]), {
    "GET /v1/webhookEndpoints": webhookList([webhook()]),
  });
  openPage("/activity");
  const link = await screen.findByRole("link", {
    name: "Olu Adeyemi made a new secret for the webhook “Harbor PACS”",
  });
  expect(link.getAttribute("href")).toBe(webhookPath);
});

test("says that nothing matches, and clears the filters", async () => {
  serveActivity(({ query }) => list(query.has("action") ? [] : [edited]));
  const { person } = openPage("/activity?action=user.released");
  await person.click(await screen.findByRole("button", { name: "Clear the filters" }));
  await screen.findByRole("row", { name: /changed Anna Hale/ });
});

test("Show more loads the next page and moves the focus to its first row", async () => {
  serveActivity(({ query }) =>
    query.get("cursor") ? list([event({ action: "user.released" })]) : list([edited], "next"),
  );
  const { person } = openPage("/activity");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  const row = await screen.findByRole("row", { name: /released/ });
  expect(document.activeElement).toBe(row);
  expect(screen.getByRole("row", { name: /changed Anna Hale/ })).toBeTruthy();
});

test("a member learns that the page is for managers, without a request", async () => {
  const sent = serveActivity(() => list([edited]), { "GET /v1/session": session({ level: "member" }) });
  openPage("/activity");
  await screen.findByText(/Only owners and admins can use this page/);
  expect(asked(sent)).toHaveLength(0);
});

test("activity reads on over pages without a record", async () => {
  serveActivity(({ query }) => (query.get("cursor") ? list([edited]) : list([], "next")));
  openPage("/activity?action=user.edited");
  await screen.findByRole("row", { name: /changed Anna Hale/ });
});
