import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import { invitation, problem, type Sent, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";
// The page loads on demand. Loading it here keeps that out of the time of the first test.
import "./ImportPage";

const PATH = "POST /v1/autoScribe/users/batch";

type Invite = Schemas["InviteRequest"];
const usersOf = (sent: Sent) => (sent.body as { users: Invite[] }).users;
const keyOf = (sent: Sent) => sent.headers.get("idempotency-key");

/** Invites everyone whom `refuse` does not refuse. */
function answer(sent: Sent, refuse: (user: Invite) => Record<string, unknown> | null = () => null) {
  const results = usersOf(sent).map((user, index) => {
    const error = refuse(user);
    if (error) return { index, status: error.status, error };
    const id = `inv_${user.email.split("@")[0]}`;
    return { index, status: 201, user: { ...invitation(), invitationId: id, invitationStatus: "sent" } };
  });
  return { status: 207, body: { results } };
}

const refusal = (...args: Parameters<typeof problem>) => problem(...args).body as Record<string, unknown>;

function sheet(count: number, change: (index: number) => string | null = () => null): string {
  const rows = Array.from({ length: count }, (_, index) => change(index + 1) ?? `p${index + 1}@b.example\tPat\tHale`);
  return ["E-mail\tFirst name\tSurname", ...rows].join("\r\n");
}

async function paste(text: string) {
  const page = openPage("/users/invitations/import");
  await page.person.click(await screen.findByLabelText("List of people"));
  await page.person.paste(text);
  await page.person.click(screen.getByRole("button", { name: "Continue" }));
  return page;
}

async function pasteWithRole(text: string) {
  const page = await paste(text);
  await page.person.selectOptions(await screen.findByLabelText("Role"), "Radiologist");
  return page;
}

const batches = (sent: Sent[]) => sent.filter((one) => `${one.method} ${one.path}` === PATH);

/** By id, since finding one of many rows by its role is slow. */
function row(id: number): HTMLElement {
  const found = document.getElementById(`row-${id}`);
  if (!found) throw new Error(`no row ${id}`);
  return found;
}

/** Answers `GET /v1/session` and the batch. */
function serve(batch: (sent: Sent) => ReturnType<typeof answer> | ReturnType<typeof problem>, more = {}): Sent[] {
  return serveApi({ "GET /v1/session": session(), [PATH]: batch, ...more });
}

beforeEach(() => {
  vi.stubGlobal("scrollTo", () => {});
});

afterEach(() => {
  vi.useRealTimers();
});

test("120 people with 7 faults: the others go in three requests, then the 7 are corrected and sent", async () => {
  const faulty = [5, 17, 34, 51, 68, 85, 102];
  const sent = serve((one) => answer(one));
  const { person } = await pasteWithRole(
    sheet(120, (index) => (faulty.includes(index) ? `nobody${index}\tPat\tHale` : null)),
  );
  await screen.findByText("113 ready, 7 to fix");
  const cell = screen.getByLabelText("Email address, row 5");
  const fault = document.getElementById(cell.getAttribute("aria-describedby") ?? "");
  expect(fault?.textContent).toBe("This is not an email address.");

  await person.click(screen.getByText("Send 120 invitations"));
  expect(document.activeElement).toBe(cell);
  expect(batches(sent)).toHaveLength(0);

  await person.click(screen.getByText("Send only the 113 ready"));
  const summary = await screen.findByText("113 sent, 0 ready, 7 to fix");
  expect(batches(sent).map((one) => usersOf(one).length)).toEqual([50, 50, 13]);
  expect(new Set(batches(sent).map(keyOf)).size).toBe(3);
  await waitFor(() => expect(document.activeElement).toBe(summary.parentElement));
  expect(within(row(1)).queryByRole("textbox")).toBeNull();
  const link = within(row(1)).getByRole("link", { name: "Invitation of p1@b.example in a new tab" });
  expect(link.getAttribute("href")).toBe("/users/invitations/inv_p1");

  for (const id of faulty) {
    const address = { target: { value: `nobody${id}@b.example` } };
    fireEvent.change(screen.getByLabelText(`Email address, row ${id}`), address);
  }
  await person.click(await screen.findByText("Send 7 invitations"));
  await screen.findByText("120 sent, 0 ready");
  expect(usersOf(batches(sent)[3] as Sent).map(({ email }) => email)).toEqual(
    faulty.map((id) => `nobody${id}@b.example`),
  );
  const all = batches(sent).flatMap((one) => usersOf(one).map(({ email }) => email));
  expect(new Set(all).size).toBe(120);
}, 20_000);

test("an answer that does not come stops the sending, which goes on without sending twice", async () => {
  let fail = true;
  const sent = serve((one) => {
    if (fail && batches(sent).length === 2) throw new TypeError("offline");
    return answer(one);
  });
  const { person } = await pasteWithRole(sheet(102));
  await person.click(screen.getByText("Send 102 invitations"));
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("can't be reached");
  expect(screen.getByText("50 of 102 done")).toBeTruthy();
  expect(screen.getByText("50 sent, 2 ready, 50 waiting")).toBeTruthy();
  // Rows that may have been sent can't be changed.
  expect(within(row(60)).queryByRole("textbox")).toBeNull();
  expect(within(row(101)).getAllByRole("textbox").length).toBeGreaterThan(0);
  expect(screen.queryByText(/^Send /)).toBeNull();
  fail = false;
  await person.click(within(alert).getByRole("button", { name: "Try again" }));
  await screen.findByText("102 sent, 0 ready");
  const [, lost, again, rest] = batches(sent);
  expect(keyOf(again as Sent)).toBe(keyOf(lost as Sent));
  expect(again?.body).toEqual(lost?.body);
  expect(usersOf(rest as Sent)).toHaveLength(2);
  expect(screen.getByText("52 of 52 done")).toBeTruthy();
}, 20_000);

test("when throttled, a countdown says when to go on", async () => {
  serve(() => problem(429, "too_many_attempts", "Wait.", { headers: { "retry-after": "7" } }));
  const { person } = await pasteWithRole(sheet(2));
  await person.click(screen.getByRole("button", { name: "Send 2 invitations" }));
  const again = await screen.findByRole("button", { name: "Try again in 7 s" });
  expect(again).toHaveProperty("disabled", true);
});

test("an unavailable service has a request id, and can be asked again", async () => {
  let fail = true;
  serve((one) => (fail ? problem(503, "unavailable", "Try again in a moment.") : answer(one)));
  const { person } = await pasteWithRole(sheet(2));
  await person.click(screen.getByRole("button", { name: "Send 2 invitations" }));
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByText("req-1")).toBeTruthy();
  fail = false;
  await person.click(within(alert).getByRole("button", { name: "Try again" }));
  await screen.findByText("2 sent, 0 ready");
});

test("used-up invitations stop the sending until tomorrow", async () => {
  const sent = serve((one) =>
    answer(one, ({ email }) => (email === "p1@b.example" ? null : refusal(429, "invitation_quota", "Continue."))),
  );
  const { person } = await pasteWithRole(sheet(52));
  await person.click(screen.getByText("Send 52 invitations"));
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("all its invitations for today");
  expect(alert.querySelector("time")?.dateTime).toMatch(/T00:00:00/);
  expect(within(row(2)).getByText(/Send this row tomorrow/)).toBeTruthy();
  expect(screen.getByText("1 sent, 51 ready")).toBeTruthy();
  expect(batches(sent)).toHaveLength(1);
  await person.click(screen.getByText("Send 51 invitations"));
  await waitFor(() => expect(batches(sent)).toHaveLength(2));
  expect(keyOf(batches(sent)[1] as Sent)).not.toBe(keyOf(batches(sent)[0] as Sent));
}, 20_000);

test("faults of the API stand under their cells, and conflicts lead on", async () => {
  const errors = [{ field: "lastName", code: "name_looks_like_link", detail: "Put a space after each period." }];
  const refusals: Record<string, Record<string, unknown>> = {
    "p1@b.example": refusal(422, "name_looks_like_link", "No.", { errors }),
    "p2@b.example": refusal(409, "already_invited", "No.", { invitationId: "inv_2" }),
    "p3@b.example": refusal(409, "already_member", "No.", { userId: "usr_3" }),
  };
  serve((one) => answer(one, ({ email }) => refusals[email] ?? null));
  const { person } = await pasteWithRole(sheet(4));
  await person.click(screen.getByRole("button", { name: "Send 4 invitations" }));
  await screen.findByText("1 sent, 0 ready, 1 to fix, 2 already in the clinic");
  const cell = screen.getByLabelText("Last name, row 1");
  expect(document.getElementById(cell.getAttribute("aria-describedby") ?? "")?.textContent).toBe(
    "Put a space after each period.",
  );
  const link = (id: number) => within(row(id)).getByRole("link").getAttribute("href");
  expect([link(2), link(3)]).toEqual(["/users/invitations/inv_2", "/users/usr_3"]);
  await person.type(cell, "l");
  await person.click(await screen.findByRole("button", { name: "Send 1 invitation" }));
  await screen.findByText("1 sent, 0 ready, 1 to fix, 2 already in the clinic");
});

test("inviting an admin asks for the password, and sends the rest of the rows after it", async () => {
  let confirmed = false;
  const sent = serve(
    (one) =>
      answer(one, ({ level }) =>
        level === "admin" && !confirmed ? refusal(403, "password_needed", "Confirm your password.") : null,
      ),
    {
      "POST /v1/session/confirm": () => {
        confirmed = true;
        return { status: 204 };
      },
    },
  );
  const { person } = await paste(
    "Email,First name,Last name,Role,Admin\na@b.example,Anna,Hale,other,yes\no@b.example,Olu,Adeyemi,other,no",
  );
  await person.click(await screen.findByRole("button", { name: "Send 2 invitations" }));
  await screen.findByRole("heading", { name: "Confirm your password" });
  await person.type(screen.getByLabelText("Password of olu@clinic.example"), "horse battery staple");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText("2 sent, 0 ready");
  const [first, second] = batches(sent);
  expect(usersOf(second as Sent).map(({ email }) => email)).toEqual(["a@b.example"]);
  expect(keyOf(second as Sent)).not.toBe(keyOf(first as Sent));
});

test("when the session is over, the person signs in and nothing that was entered is lost", async () => {
  let over = true;
  const sent = serve((one) => (over ? problem(401, "unauthenticated", "Sign in.") : answer(one)), {
    "POST /v1/session": () => {
      over = false;
      return { status: 200, body: session() };
    },
  });
  const { person } = await pasteWithRole(sheet(2));
  await person.type(screen.getByLabelText("Last name, row 2"), "-Diaz");
  await person.click(screen.getByRole("button", { name: "Send 2 invitations" }));
  await person.type(await screen.findByLabelText("Password of olu@clinic.example"), "horse battery staple");
  await person.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText("2 sent, 0 ready");
  expect(usersOf(batches(sent).at(-1) as Sent)[1]?.lastName).toBe("Hale-Diaz");
});

test("the person says what unknown columns have", async () => {
  const sent = serve((one) => answer(one));
  const { person } = await paste("Correo;Nombre;Apellido\nanna@b.example;Anna;Hale");
  const title = await screen.findByRole("heading", { name: "What does each column have?" });
  expect(document.activeElement).toBe(title);
  expect(screen.getByLabelText("Correo")).toHaveProperty("value", "email");
  await person.selectOptions(screen.getByLabelText("Nombre"), "First name");
  await person.selectOptions(screen.getByLabelText("Apellido"), "First name");
  await person.click(screen.getByRole("button", { name: "Continue" }));
  expect(document.activeElement?.textContent).toBe("Choose each field for one column only.");
  await person.selectOptions(screen.getByLabelText("Apellido"), "Last name");
  await person.click(screen.getByRole("button", { name: "Continue" }));
  await person.selectOptions(await screen.findByLabelText("Role"), "Physician");
  await person.click(screen.getByRole("button", { name: "Send 1 invitation" }));
  await screen.findByText("1 sent, 0 ready");
  expect(usersOf(batches(sent)[0] as Sent)[0]).toMatchObject({ firstName: "Anna", lastName: "Hale" });
});

test("defaults fill what rows leave out, and a row can have another", async () => {
  const sent = serve((one) => answer(one));
  const { person } = await pasteWithRole(sheet(2));
  await person.click(screen.getByRole("checkbox", { name: "Manage studies" }));
  const own = screen.getByLabelText("Studies, row 2");
  expect(within(own).getByRole("option", { name: "Default: Yes" })).toBeTruthy();
  await person.selectOptions(own, "No");
  await person.click(screen.getByRole("button", { name: "Send 2 invitations" }));
  await screen.findByText("2 sent, 0 ready");
  expect(usersOf(batches(sent)[0] as Sent).map(({ canManageStudies }) => canManageStudies)).toEqual([true, false]);
});

test.each([
  ["", "Paste at least one person."],
  [sheet(501), "These are 501 people. Import at most 500 at a time."],
])("a paste that can't be used says why", async (text, fault) => {
  serve((one) => answer(one));
  await paste(text);
  const field = screen.getByLabelText("List of people");
  expect(screen.getByText(fault)).toBeTruthy();
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field);
});

test("a file is read into the text, with a warning of unreadable letters", async () => {
  serve((one) => answer(one));
  const { person } = openPage("/users/invitations/import");
  const bytes = new Uint8Array([...new TextEncoder().encode("Email\nanna@b.example "), 0xe1]);
  await person.upload(await screen.findByLabelText("Or choose a file"), new File([bytes], "people.csv"));
  await screen.findByText(/could not be read/);
  expect(screen.getByLabelText("List of people")).toHaveProperty("value", "Email\nanna@b.example \uFFFD");
});

test("leaving with rows that were not sent asks first", async () => {
  serve((one) => answer(one), { "GET /v1/autoScribe/users": { users: [], cursor: null, hasMore: false } });
  const { person, router } = await pasteWithRole(sheet(1));
  await person.click(screen.getByRole("link", { name: "Confirmed" }));
  await screen.findByRole("heading", { name: "Leave this page?" });
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  expect(router.state.location.pathname).toBe("/users/invitations/import");
  await person.click(screen.getByRole("button", { name: "Send 1 invitation" }));
  await screen.findByText("1 sent, 0 ready");
  await person.click(screen.getByRole("link", { name: "Confirmed" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/users"), { timeout: 4000 });
});

test("starting over asks, and keeps the text", async () => {
  serve((one) => answer(one));
  const { person } = await paste(sheet(1));
  await person.click(await screen.findByRole("button", { name: "Start over" }));
  const dialog = await screen.findByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: "Start over" }));
  const field = await screen.findByLabelText("List of people");
  expect(field).toHaveProperty("value", sheet(1));
  expect(document.activeElement).toBe(field);
});

test("when a row is removed, the focus goes to the next one", async () => {
  serve((one) => answer(one));
  const { person } = await pasteWithRole(sheet(3));
  await person.click(screen.getByRole("button", { name: "Remove row 2 p2@b.example" }));
  expect(screen.queryByRole("row", { name: /^2 / })).toBeNull();
  expect(document.activeElement).toBe(row(3));
  expect(screen.getByText("2 ready")).toBeTruthy();
});

test("the results can be kept as CSV", async () => {
  const blobs: Blob[] = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    blobs.push(blob as Blob);
    return "blob:results";
  });
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
  serve((one) => answer(one));
  const { person } = await pasteWithRole("Email\tFirst name\tSurname\na@b.example\t=Anna\tHale");
  await person.click(screen.getByRole("button", { name: "Send 1 invitation" }));
  await person.click(await screen.findByRole("button", { name: "Download results" }));
  expect(click.mock.contexts[0]).toMatchObject({ download: "invitations.csv" });
  const text = new TextDecoder().decode(await blobs[0]?.arrayBuffer());
  expect(text.split("\r\n")[1]).toBe(`1,a@b.example,'=Anna,Hale,Sent,${location.origin}/users/invitations/inv_a`);
});

test("a member can't invite, and learns so", async () => {
  serveApi({ "GET /v1/session": session({ level: "member" }) });
  openPage("/users/invitations/import");
  await screen.findByText(/Only owners and admins/);
  expect(screen.queryByLabelText("List of people")).toBeNull();
});
