import { describe, expect, test } from "vitest";
import { answer, broken, problem, throttled } from "../support/answers";
import { expectAccessible } from "../support/browser";
import type { Riverside } from "../support/riverside";

/** A list: its page, its route, the name of its rows, the id of a row, and what it says without any. */
const lists = [
  ["/users", "/v1/autoScribe/users", "users", "userId", "No one has confirmed yet"],
  ["/users/invitations", "/v1/autoScribe/users/invitations", "invitations", "invitationId", "No one has been invited"],
  ["/views", "/v1/access", "access", "accessId", "No view is open"],
  ["/activity", "/v1/auditEvents", "auditEvents", "eventId", "Nothing matches"],
  ["/keys", "/v1/apiKeys", "apiKeys", "apiKeyId", "No PACS is connected yet"],
  ["/webhooks", "/v1/webhookEndpoints", "webhookEndpoints", "webhookEndpointId", "No system gets events yet"],
] as const;

/** What one person's or one invitation's page reads, and the clinic's and the account's. */
const details = [
  ["/users/:", "/v1/autoScribe/users/:", "Ruth Doyle"],
  ["/users/invitations/:", "/v1/autoScribe/users/invitations/:", "Siv Åberg"],
  ["/clinic", "/v1/clinic", ""],
  ["/account", "/v1/sessions", ""],
] as const;

export function listsAreAccessible(riverside: () => Riverside): void {
  describe.each(lists)("the list of %s", (path, route, name, id, nothing) => {
    test("while it loads, with and without motion", async () => {
      const { page } = riverside();
      await answer(page, route, "never");
      await page.goto(path);
      await page.locator(".skeleton").first().waitFor();
      const animations = () => page.evaluate(() => document.getAnimations().length);
      await expect.poll(animations).toBeGreaterThan(0);
      await page.emulateMedia({ reducedMotion: "reduce" });
      await expect.poll(animations).toBe(0);
      await page.emulateMedia({ reducedMotion: "no-preference" });
      await expectAccessible(page, "loading");
    });

    test("empty, refused and long", async () => {
      const { page } = riverside();
      const real = await riverside().api("GET", `${route}?limit=100`);
      const rows = Array.from({ length: 12 }, (_, count) => ({
        ...real[name][0],
        [id]: `${real[name][0][id]}${count}`,
      }));
      const states = [
        ["first use", { body: { [name]: [], hasMore: false } }, nothing],
        ["error", broken, "req-7f3a"],
        ["throttled", throttled, "Try again in"],
        ["offline", "offline", "can't be reached"],
        ["many", { body: { [name]: rows, hasMore: true, cursor: "next" } }, "Show more"],
      ] as const;
      for (const [state, given, text] of states) {
        await answer(page, route, given);
        await page.goto(path);
        await page.locator("main").getByText(text).first().waitFor();
        await expectAccessible(page, state);
        await page.unrouteAll({ behavior: "ignoreErrors" });
      }
    });
  });

  test("lists that a filter empties", async () => {
    const { page } = riverside();
    for (const path of ["/users?q=nobody", "/users/invitations?q=nobody", "/activity?to=2020-01-02"]) {
      await page.goto(path);
      await page.locator(".empty").waitFor();
      await expectAccessible(page);
    }
  });

  test.each(details)("the page %s while it loads, refused and gone", async (path, route, whose) => {
    const { page, ids } = riverside();
    const { userId = "", invitationId = "" } = ids.get(whose) ?? {};
    const id = path.includes("invitations") ? invitationId : userId;
    const gone = problem(404, "not_found", "There is no such thing.");
    const states = [
      ["loading", "never", ".skeleton"],
      ["error", problem(400, "query_invalid", "This is not a page of the list."), "text=req-7f3a"],
      ["offline", "offline", ".problem"],
      ["gone", gone, id ? "h1:text('not found')" : ".problem"],
    ] as const;
    for (const [state, given, shown] of states) {
      await answer(page, route.replace(":", id), given);
      await page.goto(path.replace(":", id));
      await page.locator("main").locator(shown).first().waitFor();
      await expectAccessible(page, state);
      await page.unrouteAll({ behavior: "ignoreErrors" });
    }
  });
}
