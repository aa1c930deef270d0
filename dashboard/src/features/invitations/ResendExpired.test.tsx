import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { invitation, problem, type Sent, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";

const RESEND = "POST /v1/autoScribe/users/invitations/*/resend";
const id = (digit: string) => `inv_0192${digit.repeat(28)}`;
const old = (digit: string, firstName: string) =>
  invitation({ invitationId: id(digit), firstName, expiry: "2026-11-01T09:30:00.000Z" });
const expired = [old("d", "Dora"), old("e", "Edda"), old("f", "Fay")];

async function openDialog(resend: (sent: Sent) => ReturnType<typeof problem> | Promise<ReturnType<typeof problem>>) {
  const none = { count: 0, more: false };
  const sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/invitations/summary": {
      open: none,
      notDelivered: none,
      expired: { count: 3, more: false },
      npiTrouble: none,
    },
    // Two at a time, so that the dialog has to follow the cursor.
    "GET /v1/autoScribe/users/invitations": ({ query }) => ({
      status: 200,
      body: query.get("cursor")
        ? { invitations: expired.slice(2), hasMore: false }
        : { invitations: expired.slice(0, 2), cursor: "next", hasMore: true },
    }),
    [RESEND]: resend,
  });
  const { person } = openPage("/users/invitations?show=expired");
  await person.click(await screen.findByRole("button", { name: "Resend 3 expired" }));
  const dialog = screen.getByRole("dialog", { name: "Resend expired invitations" });
  const resends = () => sent.filter((one) => one.path.endsWith("/resend")).map((one) => one.path.split("/").at(-2));
  return { person, dialog, resends, sent };
}

test("asks with the names, sends one after another, and tells the result", async () => {
  let running = 0;
  const { person, dialog, resends } = await openDialog(async () => {
    running += 1;
    await new Promise((done) => setTimeout(done, 5));
    const alone = running === 1;
    running -= 1;
    return alone ? { status: 200, body: expired[0] } : problem(500, "internal", "Two at once.");
  });
  await within(dialog).findByText(/Dora Hale, Edda Hale, and Fay Hale/);
  expect(resends()).toEqual([]);
  await person.click(within(dialog).getByRole("button", { name: "Resend 3 invitations" }));
  await within(dialog).findByText("3 of 3 sent again.");
  expect(resends()).toEqual(expired.map((one) => one.invitationId));
});

test("one that fails is named with its reason, and the others go on", async () => {
  const { person, dialog } = await openDialog(({ path }) =>
    path.includes(id("e"))
      ? problem(
          409,
          "invitation_accepted",
          "The person has confirmed this invitation. Change or deactivate the user instead.",
        )
      : { status: 200, body: expired[0] },
  );
  await person.click(await within(dialog).findByRole("button", { name: "Resend 3 invitations" }));
  await within(dialog).findByText("2 of 3 sent again. 1 failed:");
  expect(
    within(dialog).getByText(
      "Edda Hale: The person has confirmed this invitation. Change or deactivate the user instead.",
    ),
  ).toBeTruthy();
});

test("a used up quota ends the run and leaves the others alone", async () => {
  const { person, dialog, resends } = await openDialog(() => problem(429, "invitation_quota", "Continue tomorrow."));
  await person.click(await within(dialog).findByRole("button", { name: "Resend 3 invitations" }));
  await within(dialog).findByText("0 of 3 sent again. 1 failed: 2 were not sent.");
  expect(resends()).toHaveLength(1);
});

test("Stop ends the run after the one in flight, and closing reads the list again", async () => {
  let go: (() => void) | undefined;
  const { person, dialog, resends, sent } = await openDialog(
    () => new Promise((answer) => (go = () => answer({ status: 200, body: expired[0] }))),
  );
  await person.click(await within(dialog).findByRole("button", { name: "Resend 3 invitations" }));
  await within(dialog).findByText("0 of 3 done");
  const stop = within(dialog).getByRole("button", { name: "Stop" });
  expect(document.activeElement).toBe(stop);
  await person.click(stop);
  go?.();
  await within(dialog).findByText("1 of 3 sent again. 2 were not sent.");
  expect(resends()).toHaveLength(1);
  const before = sent.length;
  await person.click(within(dialog).getByRole("button", { name: "Close" }));
  await waitFor(() => expect(sent.length).toBeGreaterThan(before));
  expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
});

test("Cancel sends nothing", async () => {
  const { person, dialog, resends } = await openDialog(() => ({ status: 200, body: expired[0] }));
  await within(dialog).findByRole("button", { name: "Resend 3 invitations" });
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(resends()).toEqual([]);
});
