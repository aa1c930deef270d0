import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { problem, type Sent } from "../../test/api";
import { openPage } from "../../test/page";
import { serveViews, unopened, view } from "../../test/views";

/** What the page itself asked for. */
const asked = (api: { sent: Sent[] }) => api.sent.filter((one) => one.path === "/v1/access");

afterEach(() => {
  vi.useRealTimers();
});

test("asks again every 10 seconds and keeps the focus", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  openPage("/views");
  const end = await screen.findByRole("button", { name: /^End the view of Anna Hale/ });
  end.focus();
  api.open = [unopened, view()];
  await vi.advanceTimersByTimeAsync(10_000);
  await screen.findByText("2 open views");
  expect(document.activeElement).toBe(end);
});

test("does not ask while the page is hidden", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  openPage("/views");
  await screen.findByText("1 open view");
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const before = asked(api).length;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked(api)).toHaveLength(before);
});

test("does not ask while no one is at the page, so that an unattended session can end", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  const { person } = openPage("/views");
  await screen.findByText("1 open view");
  await vi.advanceTimersByTimeAsync(121_000);
  const before = asked(api).length;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked(api)).toHaveLength(before);
  api.open = [];
  await person.keyboard("{Shift}");
  await screen.findByText("No view is open");
});

test("obeys a refusal that names a time", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  openPage("/views");
  await screen.findByText("1 open view");
  api.fail = problem(429, "too_many_requests", "Wait.", { headers: { "retry-after": "60" } });
  await vi.advanceTimersByTimeAsync(10_000);
  await screen.findByText("Wait.");
  const before = asked(api).length;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(asked(api)).toHaveLength(before);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked(api).length).toBeGreaterThan(before);
});

test("rows stay when asking again fails", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  openPage("/views");
  await screen.findByRole("row", { name: /Anna Hale/ });
  api.fail = problem(503, "unavailable", "AutoScribe can't answer right now. Try again in a moment.", {
    headers: { "retry-after": "30" },
  });
  await vi.advanceTimersByTimeAsync(10_000);
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByText("AutoScribe can't answer right now. Try again in a moment.")).toBeTruthy();
  expect(within(alert).getByRole("button").textContent).toMatch(/^Try again in \d+ s$/);
  expect(screen.getByRole("row", { name: /Anna Hale/ })).toBeTruthy();
});

test("a session that is over is asked about once, not every time the page would ask again", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  const { person } = openPage("/views");
  await screen.findByText("1 open view");
  api.fail = problem(401, "unauthenticated", "Sign in.");
  await vi.advanceTimersByTimeAsync(10_000);
  await screen.findByRole("heading", { name: "Your session has ended" });
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  const alert = await screen.findByRole("alert");
  const before = asked(api).length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(asked(api)).toHaveLength(before);
  api.fail = null;
  await person.click(within(alert).getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  const after = asked(api).length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked(api).length).toBeGreaterThan(after);
});
