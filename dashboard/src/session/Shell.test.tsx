import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { api } from "../api/client";
import { problem, serveApi, session } from "../test/api";
import { openPage } from "../test/page";
import { otherTab } from "../test/tabs";

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
