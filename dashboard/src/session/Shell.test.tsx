import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { api } from "../api/client";
import { problem, serveApi, session } from "../test/api";
import { blockStorage } from "../test/blockedStorage";
import { slow } from "../test/offline";
import { openPage } from "../test/page";
import { otherTab } from "../test/tabs";
import { troubles } from "../test/troubles";

const nobody = { users: [], cursor: null, hasMore: false };
const noNavigation = () => vi.spyOn(location, "assign").mockImplementation(() => {});

test("a page that another tab left behind says so, and writes nothing", async () => {
  const assign = noNavigation();
  const sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": nobody,
    "POST /v1/sessions/end-others": problem(409, "clinic_changed", "Reload."),
  });
  const { person } = openPage("/users");
  await screen.findByText("No one has confirmed yet");
  void api.POST("/v1/sessions/end-others");
  await screen.findByText(/still shows Riverside Imaging/);
  await person.click(screen.getByRole("button", { name: "Reload" }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
  expect(sent.at(-1)?.headers.get("autoscribe-clinic")).toBe(session().clinic.clinicId);
});

test("the page follows a sign-out in another tab, and keeps nothing", async () => {
  const assign = noNavigation();
  serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": nobody });
  openPage("/users");
  await screen.findByText("No one has confirmed yet");
  sessionStorage.setItem("draft", "{}");
  otherTab().tell("signedOut");
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in"));
  expect(screen.queryByText("No one has confirmed yet")).toBeNull();
  expect(sessionStorage.length).toBe(0);
});

test("a browser without storage leaves the page too", async () => {
  blockStorage();
  const assign = noNavigation();
  serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": nobody });
  openPage("/users");
  await screen.findByText("No one has confirmed yet");
  otherTab().tell("signedOut");
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in"));
});

test("signing out tells other tabs, also when the session was over", async () => {
  const assign = noNavigation();
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": nobody,
    "DELETE /v1/session": problem(401, "unauthenticated", "Sign in."),
  });
  const tab = otherTab();
  const { person } = openPage("/users");
  await person.click(await screen.findByRole("button", { name: "Sign out" }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in"));
  await waitFor(() => expect(tab.heard).toContain("signedOut"));
});

test("a page whose session belongs to someone else now starts again", async () => {
  const assign = noNavigation();
  let who = session();
  serveApi({ "GET /v1/session": () => ({ status: 200, body: who }), "GET /v1/autoScribe/users": nobody });
  openPage("/users");
  await screen.findByText("No one has confirmed yet");
  who = session({ userId: "usr_0192ffffffffffffffffffffffffffff", firstName: "Eve" });
  window.dispatchEvent(new Event("visibilitychange"));
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
  expect(screen.queryByText("Eve Adeyemi")).toBeNull();
});

test.each(troubles)(
  "%s, a page that can't say who is signed in says so, and can be reloaded",
  async (_, answer, words) => {
    const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
    // The router notes each page that it could not open.
    for (const level of ["error", "warn"] as const) vi.spyOn(console, level).mockImplementation(() => {});
    serveApi({ "GET /v1/session": answer });
    const { person } = openPage("/users");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe(`${words}Try again`);
    expect(screen.queryByRole("navigation")).toBeNull();
    await person.click(screen.getByRole("button", { name: "Try again" }));
    expect(reload).toHaveBeenCalled();
  },
);

test("a page that waits to hear who is signed in is spoken of", async () => {
  serveApi({ "GET /v1/session": slow });
  openPage("/users");
  await screen.findByText("Loading the page…");
});

test.each(troubles)("%s, signing out says so, and the page stays", async (_, answer, words) => {
  const assign = noNavigation();
  const tab = otherTab();
  serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": nobody, "DELETE /v1/session": answer });
  const { person } = openPage("/users");
  await screen.findByText("No one has confirmed yet");
  await person.click(screen.getByRole("button", { name: "Sign out" }));
  expect((await screen.findByRole("alert")).textContent).toBe(words);
  expect(assign).not.toHaveBeenCalled();
  expect(tab.heard).not.toContain("signedOut");
  expect(screen.getByText("No one has confirmed yet")).toBeTruthy();
});

test("the way back after a sign-in holds no name and no address", async () => {
  const replace = vi.spyOn(location, "replace").mockImplementation(() => {});
  serveApi({ "GET /v1/session": problem(401, "unauthenticated", "Sign in.") });
  openPage("/users?q=anna%40clinic.example&level=admin");
  await waitFor(() => expect(replace).toHaveBeenCalledWith("/sign-in?next=%2Fusers%3Flevel%3Dadmin"));
});

test("a sign-in of the same person in another tab leaves a form as it is", async () => {
  const assign = noNavigation();
  const sent = serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": nobody });
  const { person } = openPage("/users/invitations/new");
  const name = (await screen.findByLabelText(/First name/)) as HTMLInputElement;
  await person.type(name, "Anna");
  const reads = () => sent.filter((one) => one.path === "/v1/session").length;
  const before = reads();
  otherTab().tell("clinicChanged");
  await waitFor(() => expect(reads()).toBe(before + 1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(assign).not.toHaveBeenCalled();
  expect(name.value).toBe("Anna");
  expect(name.isConnected).toBe(true);
});

test.each([
  ["person", { ...session({ userId: "usr_0192ffffffffffffffffffffffffffff" }) }],
  ["clinic", { ...session(), clinic: { clinicId: "0192dddd-dddd-7ddd-8ddd-dddddddddddd", name: "Lakeside Imaging" } }],
])("the page starts again when another tab has another %s", async (_, other) => {
  const assign = noNavigation();
  let now = session();
  serveApi({ "GET /v1/session": () => ({ status: 200, body: now }), "GET /v1/autoScribe/users": nobody });
  openPage("/users");
  await screen.findByText("No one has confirmed yet");
  now = other;
  otherTab().tell("clinicChanged");
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
  expect(screen.queryByText("No one has confirmed yet")).toBeNull();
});

test("a window that gets the focus reads the session again, unless it just did", async () => {
  const sent = serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": nobody });
  openPage("/users");
  await screen.findByText("No one has confirmed yet");
  const reads = () => sent.filter((one) => one.path === "/v1/session").length;
  window.dispatchEvent(new Event("focus"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(reads()).toBe(1);
  const later = Date.now() + 61_000;
  vi.spyOn(Date, "now").mockReturnValue(later);
  window.dispatchEvent(new Event("focus"));
  await waitFor(() => expect(reads()).toBe(2));
  vi.mocked(Date.now).mockRestore();
});
