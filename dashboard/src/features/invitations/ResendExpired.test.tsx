import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problemWords } from "../../rules/problemWords";
import { type Answer, inTurn, invitation, problem, type Sent, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";
import { signInAgain } from "../../test/session";
import { troubles } from "../../test/troubles";

const RESEND = "POST /v1/autoScribe/users/invitations/*/resend";
const id = (digit: string) => `inv_0192${digit.repeat(28)}`;
const old = (digit: string, firstName: string) =>
  invitation({ invitationId: id(digit), firstName, expiry: "2026-11-01T09:30:00.000Z" });
const expired = [old("d", "Dora"), old("e", "Edda"), old("f", "Fay")];

type Answering = (sent: Sent) => Answer | Promise<Answer>;

// Two at a time, so that the dialog has to follow the cursor.
const inTwoPages: Answering = ({ query }) => ({
  status: 200,
  body: query.get("cursor")
    ? { invitations: expired.slice(2), hasMore: false }
    : { invitations: expired.slice(0, 2), cursor: "next", hasMore: true },
});

/** Opens the dialog. `list` answers what it reads, and not what the page does. */
async function openDialog(resend: Answering, list = inTwoPages) {
  const none = { count: 0, more: false };
  const sent = serveApi({
    "GET /v1/session": session(),
    "POST /v1/session": session(),
    "GET /v1/autoScribe/users/invitations/summary": {
      open: none,
      notDelivered: none,
      expired: { count: 3, more: false },
      npiTrouble: none,
    },
    "GET /v1/autoScribe/users/invitations": (sent) => (sent.query.get("limit") === "100" ? list : inTwoPages)(sent),
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

test.each([
  ["that was accepted meanwhile", 409, "invitation_accepted"],
  ["that was declined meanwhile", 409, "invitation_rejected"],
  ["that was revoked meanwhile", 409, "invitation_revoked"],
  ["that was resent meanwhile", 429, "resend_too_soon"],
  ["that meets an error", 500, "internal"],
])("one %s is named with its reason, and the others go on", async (_, status, code) => {
  const { person, dialog, resends } = await openDialog(({ path }) =>
    path.includes(id("e")) ? problem(status, code, "RAW") : { status: 200, body: expired[0] },
  );
  await person.click(await within(dialog).findByRole("button", { name: "Resend 3 invitations" }));
  await within(dialog).findByText("2 of 3 sent again. 1 failed:");
  expect(within(dialog).getByText(`Edda Hale: ${problemWords[code]}`)).toBeTruthy();
  expect(resends()).toHaveLength(3);
});

test.each<[string, Answer | (() => Answer), string]>([
  ["a used up quota", problem(429, "invitation_quota", "RAW"), problemWords.invitation_quota as string],
  ...troubles.filter(([, answer]) => typeof answer === "function" || answer.status !== 500),
])("%s ends the run and leaves the others alone", async (_, refusal, words) => {
  const { person, dialog, resends } = await openDialog(inTurn(refusal));
  await person.click(await within(dialog).findByRole("button", { name: "Resend 3 invitations" }));
  await within(dialog).findByText("0 of 3 sent again. 1 failed: 2 were not sent.");
  expect(within(dialog).getByText(`Dora Hale: ${words.replace("Request ID req-1", "")}`)).toBeTruthy();
  expect(resends()).toHaveLength(1);
});

test("a session that is over is asked about once, and the run goes on after the sign-in", async () => {
  const over = problem(401, "unauthenticated", "Sign in.");
  const { person, dialog, resends } = await openDialog(inTurn(over, { status: 200, body: expired[0] }));
  await person.click(await within(dialog).findByRole("button", { name: "Resend 3 invitations" }));
  await signInAgain(person);
  await within(dialog).findByText("3 of 3 sent again.");
  expect(resends()).toHaveLength(4);
});

test("a session that stays over ends the run", async () => {
  const { person, dialog, resends } = await openDialog(() => problem(401, "unauthenticated", "Sign in."));
  await person.click(await within(dialog).findByRole("button", { name: "Resend 3 invitations" }));
  await screen.findByRole("dialog", { name: "Your session has ended" });
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  await within(dialog).findByText("0 of 3 sent again. 1 failed: 2 were not sent.");
  expect(resends()).toHaveLength(1);
});

test("names that cannot be read can be asked for again, and nothing is sent before", async () => {
  const list = { answer: inTwoPages };
  const { person, dialog, resends } = await openDialog(
    () => ({ status: 200, body: expired[0] }),
    (sent) => list.answer(sent),
  );
  await within(dialog).findByRole("button", { name: "Resend 3 invitations" });
  expect(resends()).toEqual([]);
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  for (const [, answer, words] of troubles) {
    list.answer = inTurn(answer);
    await person.click(screen.getByRole("button", { name: "Resend 3 expired" }));
    const again = screen.getByRole("dialog");
    await waitFor(() => expect(within(again).getByRole("alert").textContent).toBe(`${words}Try again`));
    expect(within(again).queryByRole("button", { name: /^Resend/ })).toBeNull();
    list.answer = inTwoPages;
    await person.click(within(again).getByRole("button", { name: "Try again" }));
    await within(again).findByRole("button", { name: "Resend 3 invitations" });
    await person.click(within(again).getByRole("button", { name: "Cancel" }));
  }
  expect(resends()).toEqual([]);
});

test("slow names are spoken of, and an empty list sends nothing", async () => {
  const none = { status: 200, body: { invitations: [], cursor: null, hasMore: false } };
  let answer: (given: Answer) => void = () => {};
  const { dialog, resends } = await openDialog(
    () => none,
    () => new Promise<Answer>((given) => (answer = given)),
  );
  await within(dialog).findByText("Loading the expired invitations…");
  answer(none);
  await within(dialog).findByText("No invitations are expired now.");
  expect(within(dialog).queryByRole("button", { name: /^Resend/ })).toBeNull();
  expect(resends()).toEqual([]);
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
