import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "../api/client";
import { problem, serveApi, session } from "../test/api";
import { openPage } from "../test/page";
import { otherTab } from "../test/tabs";

beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => void vi.useRealTimers());

const minutes = (count: number) => act(() => vi.advanceTimersByTimeAsync(count * 60_000));

async function open({ idleMinutes = 30 } = {}) {
  const state = { over: false };
  const sent = serveApi({
    "GET /v1/session": () =>
      state.over
        ? problem(401, "unauthenticated", "Sign in.")
        : { status: 200, body: { ...session({ level: "member" }), idleMinutes } },
    "GET /v1/sessions": { sessions: [] },
    "DELETE /v1/session": { status: 204 },
  });
  // A page that asks for nothing again by itself.
  openPage("/account");
  await screen.findByRole("heading", { name: "Account" });
  return { sent, state };
}

test("two minutes before an idle session ends, the person is asked, and can stay", async () => {
  const { sent } = await open();
  await minutes(26.9);
  expect(screen.queryByRole("dialog")).toBeNull();
  await minutes(0.2);
  await screen.findByRole("heading", { name: "Are you still there?" });
  expect(screen.getByRole("timer").textContent).toMatch(/^1:5\d minutes$/);
  const before = sent.length;
  fireEvent.click(screen.getByRole("button", { name: "Stay signed in" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent.slice(before).map((one) => one.path)).toContain("/v1/session");
  await minutes(26);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("the limit is the session's own", async () => {
  await open({ idleMinutes: 10 });
  await minutes(6.6);
  expect(screen.queryByRole("dialog")).toBeNull();
  await minutes(1.2);
  await screen.findByRole("heading", { name: "Are you still there?" });
});

test("requests of this tab and of other tabs count as use", async () => {
  await open();
  const tab = otherTab();
  await minutes(20);
  await act(async () => void (await api.GET("/v1/sessions")));
  await vi.waitFor(() => expect(tab.heard).toContain("used"));
  await minutes(20);
  tab.tell("used");
  await act(() => new Promise((done) => setImmediate(done)));
  await minutes(20);
  expect(screen.queryByRole("dialog")).toBeNull();
  await minutes(7.1);
  await screen.findByRole("heading", { name: "Are you still there?" });
  tab.tell("used");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("the person can sign out instead", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {});
  await open();
  await minutes(27.5);
  const buttons = await screen.findAllByRole("button", { name: "Sign out" });
  fireEvent.click(buttons.at(-1) as HTMLElement);
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in"));
});

test("after the end, signing in opens over the page", async () => {
  const { state, sent } = await open();
  const before = sent.length;
  await minutes(40);
  await screen.findByRole("heading", { name: "Your session has ended" });
  // Nothing is asked of the service while no one is there: that would keep a session alive.
  expect(sent).toHaveLength(before);
  state.over = true;
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByLabelText("Password of olu@clinic.example");
  fireEvent.click(await screen.findByRole("button", { name: "Cancel" }));
  await minutes(40);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.getByRole("heading", { name: "Account" })).toBeTruthy();
});
