import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna } from "../../test/anna";
import { type Answer, problem, type Sent, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";

const grace = { ...anna, userId: "usr_0192ffffffffffffffffffffffffffff", firstName: "Grace" };

function list(users: unknown[], hasMore = false): Answer {
  return { status: 200, body: { users, cursor: hasMore ? "next" : null, hasMore } };
}

function serveUsers(users: (sent: Sent) => Answer | Promise<Answer>) {
  const sent = serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": users });
  return () => sent.filter((one) => one.path === "/v1/autoScribe/users");
}

test("a throttled list counts down, then can be tried again", async () => {
  let limited = true;
  serveUsers(() =>
    limited
      ? problem(429, "too_many_requests", "Too many requests.", { headers: { "retry-after": "2" } })
      : list([anna]),
  );
  const { person } = openPage("/users");
  const button = (await screen.findByRole("button", { name: "Try again in 2 s" })) as HTMLButtonElement;
  expect(button.disabled).toBe(true);
  await screen.findByRole("button", { name: "Try again in 1 s" });
  await screen.findByRole("button", { name: "Try again" });
  limited = false;
  await person.click(button);
  await screen.findByRole("row", { name: /Anna Hale/ });
});

test("rows that are there stay when more do not come", async () => {
  let fail = true;
  serveUsers(({ query }) => {
    if (!query.get("cursor")) return list([anna], true);
    return fail
      ? problem(503, "unavailable", "AutoScribe can't answer right now. Try again in a moment.")
      : list([grace]);
  });
  const { person } = openPage("/users");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  await screen.findByText("AutoScribe can't answer right now. Try again in a moment.");
  expect(screen.getByRole("row", { name: /Anna Hale/ })).toBeTruthy();
  fail = false;
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() =>
    expect(screen.queryByText("AutoScribe can't answer right now. Try again in a moment.")).toBeNull(),
  );
  await person.click(screen.getByRole("button", { name: "Show more" }));
  await screen.findByRole("row", { name: /Grace Hale/ });
});

test("rows stay while a filter loads, marked as being replaced", async () => {
  let answer: (given: Answer) => void = () => {};
  serveUsers(({ query }) =>
    query.has("level")
      ? new Promise<Answer>((resolve) => {
          answer = resolve;
        })
      : list([anna]),
  );
  const { person } = openPage("/users");
  const row = await screen.findByRole("row", { name: /Anna Hale/ });
  await person.selectOptions(screen.getByLabelText("Level"), "Admins");
  await waitFor(() => expect(row.closest("[aria-busy]")?.getAttribute("aria-busy")).toBe("true"));
  answer(list([grace]));
  const other = await screen.findByRole("row", { name: /Grace Hale/ });
  expect(screen.queryByRole("row", { name: /Anna Hale/ })).toBeNull();
  expect(other.closest("[aria-busy]")?.getAttribute("aria-busy")).toBe("false");
});

test("the search waits until typing pauses, and stands in the URL", async () => {
  const asked = serveUsers(({ query }) => list(query.get("q") ? [grace] : [anna]));
  const { person, router } = openPage("/users");
  await screen.findByRole("row", { name: /Anna Hale/ });
  await person.type(screen.getByLabelText("Search by name or address"), " grace ");
  await screen.findByRole("row", { name: /Grace Hale/ });
  expect(asked().map((one) => one.query.get("q"))).toEqual([null, "grace"]);
  expect(router.state.location.search).toEqual({ q: "grace" });
});

test("the search of a link stands in the field, and emptying it shows everyone", async () => {
  serveUsers(({ query }) => list(query.get("q") ? [] : [anna]));
  const { person } = openPage("/users?q=zoe");
  await screen.findByText("No user matches “zoe”");
  const field = screen.getByLabelText("Search by name or address") as HTMLInputElement;
  expect(field.value).toBe("zoe");
  await person.clear(field);
  await screen.findByRole("row", { name: /Anna Hale/ });
});

test("each filter asks the API for what its label says", async () => {
  const asked = serveUsers(() => list([anna]));
  const { person } = openPage("/users");
  await screen.findByRole("row", { name: /Anna Hale/ });
  const last = () => Object.fromEntries(asked().at(-1)?.query ?? []);
  await person.selectOptions(screen.getByLabelText("Reports"), "Can be assigned studies");
  await waitFor(() => expect(last()).toEqual({ limit: "50", assignable: "true" }));
  await person.selectOptions(screen.getByLabelText("Reports"), "Can create reports");
  await waitFor(() => expect(last()).toEqual({ limit: "50", canCreateReports: "true" }));
  await person.selectOptions(screen.getByLabelText("Status"), "Deactivated");
  await waitFor(() => expect(last()).toEqual({ limit: "50", canCreateReports: "true", status: "deactivated" }));
});

test("a filter that no one can choose is taken out of the URL", async () => {
  const asked = serveUsers(() => list([anna]));
  const { router } = openPage("/users?status=asleep&level=admin&color=red");
  await screen.findByRole("row", { name: /Anna Hale/ });
  expect(Object.fromEntries(asked().at(-1)?.query ?? [])).toEqual({ limit: "50", level: "admin" });
  expect(router.state.location.search).toEqual({ level: "admin" });
});

test("people that can't be read are counted, not hidden", async () => {
  serveUsers(() => ({ status: 200, body: { users: [anna], cursor: null, hasMore: false, skipped: 2 } }));
  openPage("/users");
  await screen.findByText(/^2 rows couldn't be read and are not shown/);
  expect(screen.getByText("1 person")).toBeTruthy();
});

test("a member who does not manage studies reads why there is no list, and finds no way to it", async () => {
  serveApi({
    "GET /v1/session": session({ level: "member", canManageStudies: false }),
    "GET /v1/autoScribe/users": problem(403, "forbidden", "Ask an owner or admin to let you manage studies."),
  });
  openPage("/users");
  await screen.findByText(/Your permissions do not include this/);
  expect(screen.queryByRole("table")).toBeNull();
  expect(screen.queryByText("No one has confirmed yet")).toBeNull();
  expect(screen.queryByRole("link", { name: "Users" })).toBeNull();
  expect(screen.getByRole("link", { name: "Account" })).toBeTruthy();
});
