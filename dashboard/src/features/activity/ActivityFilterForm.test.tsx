import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna, asked, edited, list, serveActivity } from "../../test/activity";
import { type Answer, problem } from "../../test/api";
import { openPage } from "../../test/page";

test("sends the filters of the URL, with days in the reader's zone", async () => {
  const sent = serveActivity(() => list([edited]));
  openPage(`/activity?who=${anna.userId}&action=user.edited&from=2026-11-01&to=2026-11-02`);
  await screen.findByRole("row", { name: /changed Anna Hale/ });
  const query = Object.fromEntries(asked(sent)[0]?.query ?? []);
  expect(query).toEqual({
    limit: "50",
    object: anna.userId,
    action: "user.edited",
    startDate: new Date(2026, 10, 1).toISOString(),
    endDate: new Date(new Date(2026, 10, 3).getTime() - 1).toISOString(),
  });
});

test("leaves out what means nothing in a URL", async () => {
  const sent = serveActivity(() => list([edited]));
  openPage("/activity?who=me&action=user.flew&from=soon&side=up");
  await screen.findByRole("row", { name: /changed Anna Hale/ });
  expect(Object.fromEntries(asked(sent)[0]?.query ?? [])).toEqual({ limit: "50" });
});

test("finds a person, then shows what they did, then everyone again", async () => {
  const sent = serveActivity(() => list([edited]));
  const { person, router } = openPage("/activity");
  await person.type(await screen.findByLabelText("Person, by name or address"), "han");
  await screen.findByText("1 person found. Choose the person to show:");
  expect(sent.find((one) => one.path.endsWith("/users"))?.query.get("q")).toBe("han");
  await person.click(screen.getByRole("button", { name: /Anna Hale/ }));
  const clear = await screen.findByRole("button", { name: "Show everyone" });
  await waitFor(() => expect(document.activeElement).toBe(clear));
  expect(router.state.location.search).toEqual({ who: anna.userId });
  await person.selectOptions(screen.getByLabelText("Show"), "What they did");
  await waitFor(() => expect(asked(sent).at(-1)?.query.get("actor")).toBe(anna.userId));
  expect(asked(sent).at(-1)?.query.has("object")).toBe(false);
  await person.click(screen.getByRole("button", { name: "Show everyone" }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Person, by name or address")));
  expect(router.state.location.search).toEqual({});
});

test("says that there may be more people than it shows", async () => {
  const grace = { ...anna, userId: "usr_0192ffffffffffffffffffffffffffff", firstName: "Grace" };
  let more = true;
  serveActivity(() => list([edited]), {
    "GET /v1/autoScribe/users": () => ({
      status: 200,
      body: { users: [anna, grace], cursor: more ? "1" : null, hasMore: more },
    }),
  });
  const { person } = openPage("/activity");
  const field = await screen.findByLabelText("Person, by name or address");
  await person.type(field, "h");
  await screen.findByText("2 people found, and there may be more. Choose one, or type more of the name or address:");
  more = false;
  await person.type(field, "a");
  await screen.findByText("2 people found. Choose the person to show:");
});

test("says that no one was found, and that a search did not work", async () => {
  let answer: Answer = { status: 200, body: { users: [], cursor: null, hasMore: false } };
  serveActivity(() => list([edited]), { "GET /v1/autoScribe/users": () => answer });
  const { person } = openPage("/activity");
  const field = await screen.findByLabelText("Person, by name or address");
  await person.type(field, "zoe");
  await screen.findByText("No one has this name or address.");
  answer = problem(403, "forbidden", "No.");
  await person.type(field, "x");
  await screen.findByText(/The search did not work/);
});

test("a search for a person reads on over pages without anyone", async () => {
  const answers: Record<string, unknown>[] = [
    { users: [], cursor: "1", hasMore: true },
    { users: [], cursor: "2", hasMore: true },
    { users: [anna], cursor: null, hasMore: false },
  ];
  const cursors: (string | null)[] = [];
  let answer = () => {};
  serveActivity(() => list([edited]), {
    "GET /v1/autoScribe/users": async ({ query }) => {
      cursors.push(query.get("cursor"));
      if (cursors.length === 3) await new Promise<void>((resolve) => (answer = resolve));
      return { status: 200, body: answers[cursors.length - 1] };
    },
  });
  const { person } = openPage("/activity");
  await person.type(await screen.findByLabelText("Person, by name or address"), "zoe");
  await screen.findByText("Searching…");
  await waitFor(() => expect(cursors).toEqual([null, "1", "2"]));
  expect(screen.queryByText("No one has this name or address.")).toBeNull();
  answer();
  await screen.findByText("1 person found. Choose the person to show:");
  expect(screen.queryByText("Searching…")).toBeNull();
});

test("action and days go into the URL", async () => {
  serveActivity(() => list([edited]));
  const { person, router } = openPage("/activity");
  await person.selectOptions(await screen.findByLabelText("What happened"), "Deactivated a user");
  fireEvent.change(screen.getByLabelText("From date"), { target: { value: "2026-11-01" } });
  await waitFor(() => expect(router.state.location.search).toEqual({ action: "user.deactivated", from: "2026-11-01" }));
});
