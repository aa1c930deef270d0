import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { problem, type Sent, serveApi, session } from "../../test/api";
import { offline } from "../../test/offline";
import { openPage } from "../../test/page";
import { otherTab } from "../../test/tabs";

const settings = {
  clinicId: session().clinic.clinicId,
  name: "Riverside Imaging",
  replyTo: "office@clinic.example",
  invitationDays: 7,
  timeZone: "America/Chicago",
  sessionIdleMinutes: 30,
  invitationsPerDay: 1500,
};

function serve(level: "owner" | "admin", patch?: (sent: Sent) => ReturnType<typeof problem>) {
  let current = settings;
  return serveApi({
    "GET /v1/session": session({ level }),
    "GET /v1/clinic": () => ({ status: 200, body: current }),
    "GET /v1/autoScribe/users": { users: [], cursor: null, hasMore: false },
    "PATCH /v1/clinic":
      patch ??
      ((sent) => {
        current = { ...current, ...(sent.body as object) };
        return { status: 200, body: current };
      }),
  });
}

const change = (sent: Sent[]) => sent.filter((one) => one.method === "PATCH").map((one) => one.body);
const save = () => screen.getByRole("button", { name: "Save" });

test("an owner changes settings, and only those are sent", async () => {
  const sent = serve("owner");
  const { person } = openPage("/clinic");
  await person.clear(await screen.findByLabelText("Name"));
  await person.type(screen.getByLabelText("Name"), "Riverside Radiology");
  await person.selectOptions(screen.getByLabelText("Time zone"), "America/Denver");
  await person.click(save());
  expect((await screen.findByText("Saved.")).className).toContain("good");
  expect(change(sent)).toEqual([{ name: "Riverside Radiology", timeZone: "America/Denver" }]);
  await person.click(save());
  await screen.findByText("Nothing has changed.");
  expect(change(sent)).toHaveLength(1);
});

test("a link asks before it loses changed settings, and not after they are saved", async () => {
  serve("owner");
  const { person, router } = openPage("/clinic");
  await person.selectOptions(await screen.findByLabelText("Time zone"), "America/Denver");
  await person.click(screen.getByRole("link", { name: "Account" }));
  await person.click(await screen.findByRole("button", { name: "Stay" }));
  expect(screen.getByLabelText("Time zone")).toHaveProperty("value", "America/Denver");
  await person.click(save());
  await screen.findByText("Saved.");
  await person.click(screen.getByRole("link", { name: "Account" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/account"));
});

test("signing out asks nothing of a changed form", async () => {
  serve("owner");
  const { person } = openPage("/clinic");
  await person.selectOptions(await screen.findByLabelText("Time zone"), "America/Denver");
  const leaves = () => window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(leaves()).toBe(false);
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {
    expect(leaves()).toBe(true);
  });
  otherTab().tell("signedOut");
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in"));
});

test("an admin sees the name, and learns who can change it", async () => {
  serve("admin");
  openPage("/clinic");
  await screen.findByText("Only an owner can change the name.");
  expect(screen.queryByLabelText("Name")).toBeNull();
  expect(screen.getByText("Only an owner can transfer ownership.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Transfer ownership" })).toBeNull();
});

test("the limit of invitations can only be read", async () => {
  serve("owner");
  openPage("/clinic");
  await screen.findByText(/can send 1,500 invitation emails a day/);
});

test("values out of range are not sent", async () => {
  const sent = serve("owner");
  const { person } = openPage("/clinic");
  const days = await screen.findByLabelText("Days an invitation stays open");
  await person.clear(days);
  await person.type(days, "31");
  const minutes = screen.getByLabelText("Minutes before an idle session ends");
  await person.clear(minutes);
  await person.type(minutes, "4");
  await person.click(save());
  expect(document.activeElement?.textContent).toContain("Fix 2 problems");
  expect(days.getAttribute("aria-invalid")).toBe("true");
  expect(minutes.getAttribute("aria-invalid")).toBe("true");
  expect(change(sent)).toEqual([]);
});

test("what the API says of a field stands at the field, and the entry stays", async () => {
  const errors = [
    { field: "replyTo", code: "email_invalid", detail: "Enter the whole email address, such as anna@clinic.example." },
  ];
  serve("owner", () =>
    problem(422, "email_invalid", "Enter the whole email address, such as anna@clinic.example.", { errors }),
  );
  const { person } = openPage("/clinic");
  const reply = await screen.findByLabelText(/Reply address/);
  await person.clear(reply);
  await person.type(reply, "office@clinic.test");
  await person.click(save());
  await person.click(await screen.findByRole("link", { name: "Reply address" }));
  expect(document.activeElement).toBe(reply);
  expect(reply).toHaveProperty("value", "office@clinic.test");
});

test("an admin who lost the right meanwhile reads so, with the request", async () => {
  serve("admin", () =>
    problem(
      403,
      "forbidden",
      "Your permissions do not include this. Ask an owner or admin. Only an owner can change an owner.",
    ),
  );
  const { person } = openPage("/clinic");
  await person.selectOptions(await screen.findByLabelText("Time zone"), "America/Denver");
  await person.click(save());
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain(
    "Your permissions do not include this. Ask an owner or admin. Only an owner can change an owner.",
  );
  expect(within(alert).getByText("req-1")).toBeTruthy();
});

test("a member learns who can use the page", async () => {
  const sent = serveApi({ "GET /v1/session": session({ level: "member" }) });
  openPage("/clinic");
  await screen.findByText(/Only owners and admins/);
  expect(sent.some((one) => one.path === "/v1/clinic")).toBe(false);
});

test("settings that cannot be saved without a connection stay in the form", async () => {
  serve("owner", offline);
  const { person } = openPage("/clinic");
  const name = await screen.findByLabelText<HTMLInputElement>("Name");
  await person.clear(name);
  await person.type(name, "Riverside Radiology");
  await person.click(save());
  await screen.findByText(/Check your connection/);
  expect(name.value).toBe("Riverside Radiology");
});
