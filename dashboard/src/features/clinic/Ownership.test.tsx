import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, problem, serveApi, session, user } from "../../test/api";
import { openPage } from "../../test/page";

const settings = {
  name: "Riverside Imaging",
  invitationDays: 7,
  timeZone: "America/Chicago",
  sessionIdleMinutes: 30,
  invitationsPerDay: 500,
};
const anna = user({ userId: "usr_anna", firstName: "Anna", lastName: "Hale", email: "anna@clinic.example" });
const reader = user({ userId: "usr_reader", firstName: "Rita", level: "member", hasDashboardAccess: false });
const admin = user({ userId: "usr_admin", firstName: "Ada" });
const owner = user({ userId: "usr_owner", firstName: "Omar", level: "owner" });
const me = user({ level: "owner" });

function serve(users: unknown[], ...answers: (Answer | (() => Answer))[]) {
  let level: "owner" | "admin" = "owner";
  return serveApi({
    "GET /v1/session": () => ({ status: 200, body: session({ level }) }),
    "GET /v1/clinic": settings,
    "GET /v1/autoScribe/users": ({ query }) => ({
      status: 200,
      body: query.get("q")
        ? { users: [anna], hasMore: false }
        : { users, cursor: users.length > 4 ? "next" : null, hasMore: users.length > 4 },
    }),
    "POST /v1/clinic/transfer-ownership": () => {
      const next = answers.shift() ?? { status: 200, body: { success: true, message: "" } };
      const answer = typeof next === "function" ? next() : next;
      if (answer.status === 200) level = "admin";
      return answer;
    },
  });
}

const transfers = (sent: ReturnType<typeof serve>) =>
  sent.filter((one) => one.method === "POST").map((one) => one.body);

async function choose(name = /Anna Hale/) {
  const { person } = openPage("/clinic");
  const select = await screen.findByLabelText("Next owner");
  const option = within(select).getByRole("option", { name });
  await person.selectOptions(select, option);
  await person.click(screen.getByRole("button", { name: "Transfer ownership" }));
  return { person, dialog: screen.getByRole("dialog", { name: "Make Anna Hale an owner?" }) };
}

test("offers active people with dashboard access who are no owners", async () => {
  const sent = serve([me, anna, reader, owner]);
  openPage("/clinic");
  const options = within(await screen.findByLabelText("Next owner")).getAllByRole("option");
  expect(options.map((option) => option.textContent)).toEqual(["Choose a person", "Anna Hale (anna@clinic.example)"]);
  expect(sent.find((one) => one.path.endsWith("/users"))?.query.get("status")).toBe("active");
});

test("in a large clinic the person is found by name", async () => {
  serve([me, reader, owner, reader, admin]);
  const { person } = openPage("/clinic");
  await person.type(await screen.findByLabelText("Find the person by name or address"), "anna");
  await screen.findByRole("option", { name: /Anna Hale/ });
});

test("reads on over pages without a possible owner, and says so when a search ends without one", async () => {
  const people = ({ query }: { query: URLSearchParams }) => {
    if (query.get("q")) return { status: 200, body: { users: [reader], cursor: null, hasMore: false } };
    const cursor = query.get("cursor");
    if (cursor === "2") return { status: 200, body: { users: [anna], cursor: "3", hasMore: true } };
    return { status: 200, body: { users: cursor ? [] : [me, reader], cursor: cursor ? "2" : "1", hasMore: true } };
  };
  const sent = serveApi({
    "GET /v1/session": session({ level: "owner" }),
    "GET /v1/clinic": settings,
    "GET /v1/autoScribe/users": people,
  });
  const { person } = openPage("/clinic");
  await screen.findByRole("option", { name: /Anna Hale/ });
  expect(sent.filter((one) => one.path.endsWith("/users")).map((one) => one.query.get("cursor"))).toEqual([
    null,
    "1",
    "2",
  ]);
  await person.type(screen.getByLabelText("Find the person by name or address"), "rita");
  await screen.findByText("No one with dashboard access has this name or address.");
});

test("says what to do when no one can become the owner", async () => {
  serve([me, reader]);
  openPage("/clinic");
  await screen.findByText(/has to confirm the invitation first/);
});

test("asks for a person first", async () => {
  serve([anna]);
  const { person } = openPage("/clinic");
  await person.click(await screen.findByRole("button", { name: "Transfer ownership" }));
  expect(screen.getByText("Choose the next owner.")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Next owner"));
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("asks, transfers, and says what became of both", async () => {
  const sent = serve([anna]);
  const { person, dialog } = await choose();
  expect(transfers(sent)).toEqual([]);
  expect(dialog.textContent).toContain("you become an admin");
  await person.click(within(dialog).getByRole("button", { name: "Transfer ownership" }));
  const said = await screen.findByText("Anna Hale is now an owner, and you are an admin.");
  await screen.findByText("Only an owner can transfer ownership.");
  expect(document.activeElement).toBe(said);
  expect(transfers(sent)).toEqual([{ userId: "usr_anna" }]);
});

test("names the keys that end with the transfer, and asks again", async () => {
  const keys = [{ apiKeyId: "k1", description: "PACS Riverside" }];
  const sent = serve([anna], problem(409, "keys_to_decide", "Send keys.", { keys }));
  const { person, dialog } = await choose();
  await person.click(within(dialog).getByRole("button", { name: "Transfer ownership" }));
  await within(dialog).findByText("PACS Riverside");
  expect(within(dialog).queryByText("Send keys.")).toBeNull();
  await person.click(within(dialog).getByRole("button", { name: "Revoke the keys and transfer" }));
  await screen.findByText(/Anna Hale is now an owner/);
  expect(transfers(sent)).toEqual([{ userId: "usr_anna" }, { userId: "usr_anna", keys: "end" }]);
});

test("a person who cannot own any more is refused with the reason, and Cancel leads back", async () => {
  serve([anna], problem(409, "user_cannot_own", "Choose an active user with dashboard access."));
  const { person, dialog } = await choose();
  await person.click(within(dialog).getByRole("button", { name: "Transfer ownership" }));
  await within(dialog).findByText("Choose an active user with dashboard access.");
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Transfer ownership" })));
});

test.each([
  ["lost dashboard access", 409, "user_cannot_own", [reader]],
  ["is gone, and someone else is left", 404, "user_not_found", [admin]],
  ["is gone, and no one is left", 404, "user_not_found", []],
])(
  "a person who %s meanwhile is refused with the reason, although the choice is gone",
  async (_, status, code, left) => {
    const users: unknown[] = [anna];
    const detail = "Choose an active user with dashboard access.";
    serve(users, () => {
      users.splice(0, 1, ...left);
      return problem(status, code, detail);
    });
    const { person, dialog } = await choose();
    await person.click(within(dialog).getByRole("button", { name: "Transfer ownership" }));
    await within(dialog).findByText(detail);
    await waitFor(() => expect(screen.queryByRole("option", { name: /Anna Hale/ })).toBeNull());
    expect(screen.getByRole("dialog")).toBe(dialog);
    await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
  },
);
