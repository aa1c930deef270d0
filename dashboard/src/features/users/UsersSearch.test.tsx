import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna } from "../../test/anna";
import { type Answer, invitation, problem, type Sent, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";

const grace = { ...anna, userId: "usr_0192ffffffffffffffffffffffffffff", firstName: "Grace" };
const zoe = { ...anna, userId: "usr_0192abababababababababababababab", firstName: "Zoe" };

function list(users: unknown[], cursor: string | null = null): Answer {
  return { status: 200, body: { users, cursor, hasMore: cursor !== null } };
}

function serveUsers(users: (sent: Sent) => Answer | Promise<Answer>) {
  const sent = serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": users });
  return () => sent.filter((one) => one.path === "/v1/autoScribe/users").map((one) => one.query.get("cursor"));
}

/** The page after the one that this cursor leads to. */
const after = (cursor: string | null) => String(Number(cursor ?? 0) + 1);

test("a search reads on over pages without anyone, until someone is found", async () => {
  const asked = serveUsers(({ query }) =>
    query.get("cursor") === "3" ? list([anna]) : list([], after(query.get("cursor"))),
  );
  openPage("/users?q=anna");
  await screen.findByRole("row", { name: /Anna Hale/ });
  expect(asked()).toEqual([null, "1", "2", "3"]);
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
});

test("the focus of the button to stop is not lost when someone is found", async () => {
  let answer: (given: Answer) => void = () => {};
  const asked = serveUsers(({ query }) =>
    query.get("cursor")
      ? new Promise<Answer>((resolve) => {
          answer = resolve;
        })
      : list([], "1"),
  );
  openPage("/users?q=anna");
  (await screen.findByRole("button", { name: "Stop" })).focus();
  await waitFor(() => expect(asked()).toEqual([null, "1"]));
  answer(list([anna]));
  await screen.findByRole("row", { name: /Anna Hale/ });
  expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
});

test("a search that ends without anyone says so", async () => {
  serveUsers(({ query }) => (query.get("cursor") === "2" ? list([]) : list([], after(query.get("cursor")))));
  openPage("/users?q=anna");
  await screen.findByText("No user matches “anna”");
  expect(screen.queryByText("Searching…")).toBeNull();
});

test("a long search says that it goes on, and can be stopped and taken up again", async () => {
  let answer: (given: Answer) => void = () => {};
  const asked = serveUsers(({ query }) =>
    query.get("cursor")
      ? new Promise<Answer>((resolve) => {
          answer = resolve;
        })
      : list([], "1"),
  );
  const { person } = openPage("/users?q=anna");
  expect((await screen.findByText("Searching…")).getAttribute("role")).toBe("status");
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  await waitFor(() => expect(asked()).toEqual([null, "1"]));
  await person.click(screen.getByRole("button", { name: "Stop" }));
  answer(list([], "2"));
  await screen.findByText("Nothing found so far. Only the newest were searched.");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked()).toEqual([null, "1"]);
  await person.click(screen.getByRole("button", { name: "Search on" }));
  await waitFor(() => expect(asked()).toEqual([null, "1", "2"]));
  answer(list([anna]));
  const row = await screen.findByRole("row", { name: /Anna Hale/ });
  expect(document.activeElement).toBe(row);
});

test("a search asks after 20 pages without anyone whether to go on", async () => {
  const asked = serveUsers(({ query }) => list([], after(query.get("cursor"))));
  const { person } = openPage("/users?q=anna");
  await person.click(await screen.findByRole("button", { name: "Search on" }));
  await waitFor(() => expect(asked()).toHaveLength(40));
  await screen.findByRole("button", { name: "Search on" });
  expect(asked()).toHaveLength(40);
});

test("a search that meets an error stops until it is tried again", async () => {
  let fail = true;
  serveUsers(({ query }) => {
    if (!query.get("cursor")) return list([], "1");
    return fail ? problem(503, "unavailable", "Try later.") : list([anna]);
  });
  const { person } = openPage("/users?q=anna");
  await screen.findByText("AutoScribe can't answer right now. Try again in a moment.");
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  fail = false;
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("row", { name: /Anna Hale/ });
});

test("what is typed while a search starts stays in the field", async () => {
  serveUsers(() => list([anna]));
  const { person, router } = openPage("/users");
  const field = (await screen.findByLabelText("Search by name or address")) as HTMLInputElement;
  await person.type(field, "mary ");
  await waitFor(() => expect(router.state.location.search).toEqual({ q: "mary" }));
  await person.type(field, "ann");
  expect(field.value).toBe("mary ann");
  await waitFor(() => expect(router.state.location.search).toEqual({ q: "mary ann" }));
});

test("a search that is cleared elsewhere leaves the field", async () => {
  serveUsers(({ query }) => list(query.get("q") ? [] : [anna]));
  const { person } = openPage("/users");
  const field = (await screen.findByLabelText("Search by name or address")) as HTMLInputElement;
  await person.type(field, "zoe");
  await person.click(await screen.findByRole("button", { name: "Clear the search" }));
  await waitFor(() => expect(field.value).toBe(""));
});

test("the first new row of before gets no focus under another filter", async () => {
  serveUsers(({ query }) => {
    if (query.has("level")) return list([anna, grace, zoe]);
    return query.get("cursor") ? list([grace]) : list([anna], "1");
  });
  const { person } = openPage("/users");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  await waitFor(() => expect(document.activeElement?.textContent).toContain("Grace"));
  const level = screen.getByLabelText("Level");
  await person.selectOptions(level, "Admins");
  level.focus();
  await screen.findByRole("row", { name: /Zoe Hale/ });
  expect(document.activeElement).toBe(level);
});

test("a search without a user leads to the invitations, and says how many people it finds there", async () => {
  const sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": list([]),
    "GET /v1/autoScribe/users/invitations": { invitations: [invitation()], hasMore: false },
  });
  openPage("/users?q=marco");
  await screen.findByText("No user matches “marco”");
  expect(screen.queryByText(/filters/)).toBeNull();
  const link = screen.getByRole("link", { name: "Search the invitations for “marco”" });
  expect(link.getAttribute("href")).toBe("/users/invitations?q=marco");
  await screen.findByText("1 person is invited and can still confirm.");
  const asked = sent.find((one) => one.path.endsWith("/invitations"));
  expect(Object.fromEntries(asked?.query ?? [])).toMatchObject({ q: "marco", status: "sent", expired: "not-expired" });
});

test("a search with a filter names both", async () => {
  serveUsers(() => list([]));
  openPage("/users?q=marco&level=admin");
  await screen.findByText("No user matches “marco” and these filters");
  expect(screen.getByRole("button", { name: "Clear the filters" })).toBeTruthy();
});

test("a member who can't see invitations is not led to them", async () => {
  const sent = serveApi({
    "GET /v1/session": session({ level: "member", canManageStudies: true }),
    "GET /v1/autoScribe/users": list([]),
  });
  openPage("/users?q=marco");
  await screen.findByText("No user matches “marco”");
  expect(screen.queryByRole("link", { name: /invitations/ })).toBeNull();
  expect(sent.some((one) => one.path.endsWith("/invitations"))).toBe(false);
});
