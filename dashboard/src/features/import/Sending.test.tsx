import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { problem, type Sent, session } from "../../test/api";
import { answer, batches, keyOf, paste, pasteWithRole, refusal, row, serve, sheet, usersOf } from "../../test/import";
// The page loads on demand. Loading it here keeps that out of the time of the first test.
import "./ImportPage";

test("120 people with 7 faults: the others go in three requests, then the 7 are corrected and sent", async () => {
  const invalid = [5, 17, 34, 51, 68, 85, 102];
  const sent = serve((one) => answer(one));
  const { person } = await pasteWithRole(
    sheet(120, (index) => (invalid.includes(index) ? `nobody${index}\tPat\tHale` : null)),
  );
  await screen.findByText("113 ready, 7 to fix");
  const cell = screen.getByLabelText("Email address, row 5");
  const fault = document.getElementById(cell.getAttribute("aria-describedby") ?? "");
  expect(fault?.textContent).toBe("This is not an email address.");
  within(row(5)).getByText("Email address: This is not an email address.");

  await person.click(screen.getByText("Go to the first problem"));
  expect(document.activeElement).toBe(cell);
  expect(batches(sent)).toHaveLength(0);

  await person.click(screen.getByText("Send the 113 that are ready"));
  const summary = await screen.findByText("113 sent, 7 to fix");
  expect(batches(sent).map((one) => usersOf(one).length)).toEqual([50, 50, 13]);
  expect(new Set(batches(sent).map(keyOf)).size).toBe(3);
  await waitFor(() => expect(document.activeElement).toBe(summary.parentElement));
  expect(within(row(1)).queryByRole("textbox")).toBeNull();
  const link = within(row(1)).getByRole("link", { name: "Invitation of p1@b.example in a new tab" });
  expect(link.getAttribute("href")).toBe("/users/invitations/inv_p1");

  for (const id of invalid) {
    const address = { target: { value: `nobody${id}@b.example` } };
    fireEvent.change(screen.getByLabelText(`Email address, row ${id}`), address);
  }
  await person.click(await screen.findByText("Send 7 invitations"));
  await screen.findByText("120 sent");
  expect(usersOf(batches(sent)[3] as Sent).map(({ email }) => email)).toEqual(
    invalid.map((id) => `nobody${id}@b.example`),
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
  await screen.findByText("102 sent");
  const [, lost, again, rest] = batches(sent);
  expect(keyOf(again as Sent)).toBe(keyOf(lost as Sent));
  expect(again?.body).toEqual(lost?.body);
  expect(usersOf(rest as Sent)).toHaveLength(2);
  expect(screen.queryByRole("progressbar")).toBeNull();
}, 20_000);

test("a row that was refused does not count as sent, and leads to its problem", async () => {
  const errors = [{ field: "npiNumber", code: "npi_not_found", detail: "Check the number." }];
  serve((one) => answer(one, () => refusal(422, "npi_not_found", "No.", { errors })));
  const { person } = await pasteWithRole(sheet(1));
  await person.click(screen.getByRole("button", { name: "Send 1 invitation" }));
  await screen.findByText("0 sent, 1 to fix");
  await waitFor(() => expect(screen.queryByRole("progressbar")).toBeNull());
  expect(screen.queryByRole("link", { name: "Go to the invitations" })).toBeNull();
  await person.click(screen.getByRole("button", { name: "Go to the first problem" }));
  expect(document.activeElement).toBe(screen.getByLabelText("NPI, row 1"));
});

test("at the end, a link leads to the invitations", async () => {
  serve((one) => answer(one));
  const { person } = await pasteWithRole(sheet(1));
  expect(screen.queryByRole("link", { name: "Go to the invitations" })).toBeNull();
  await person.click(screen.getByRole("button", { name: "Send 1 invitation" }));
  const link = await screen.findByRole("link", { name: "Go to the invitations" });
  expect(link.getAttribute("href")).toBe("/users/invitations");
});

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
  await screen.findByText("2 sent");
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
  const errors = [
    {
      field: "lastName",
      code: "name_looks_like_link",
      detail: "This looks like a web address. Remove slashes, and put a space after each period.",
    },
  ];
  const refusals: Record<string, Record<string, unknown>> = {
    "p1@b.example": refusal(422, "name_looks_like_link", "No.", { errors }),
    "p2@b.example": refusal(409, "already_invited", "No.", { invitationId: "inv_2" }),
    "p3@b.example": refusal(409, "already_member", "No.", { userId: "usr_3" }),
  };
  serve((one) => answer(one, ({ email }) => refusals[email] ?? null));
  const { person } = await pasteWithRole(sheet(4));
  await person.click(screen.getByRole("button", { name: "Send 4 invitations" }));
  await screen.findByText("1 sent, 1 to fix, 2 already invited or users");
  const cell = screen.getByLabelText("Last name, row 1");
  expect(document.getElementById(cell.getAttribute("aria-describedby") ?? "")?.textContent).toBe(
    "This looks like a web address. Remove slashes, and put a space after each period.",
  );
  const link = (id: number) => within(row(id)).getByRole("link").getAttribute("href");
  expect([link(2), link(3)]).toEqual(["/users/invitations/inv_2", "/users/usr_3"]);
  await person.type(cell, "l");
  await person.click(await screen.findByRole("button", { name: "Send 1 invitation" }));
  await screen.findByText("1 sent, 1 to fix, 2 already invited or users");
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
  await screen.findByText("2 sent");
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
  await screen.findByText("2 sent");
  expect(usersOf(batches(sent).at(-1) as Sent)[1]?.lastName).toBe("Hale-Diaz");
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
