import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna, path, serveAnna } from "../../test/anna";
import { type Answer, problem, session } from "../../test/api";
import { openPage } from "../../test/page";

test("shows what is known of a person, in words", async () => {
  serveAnna();
  openPage(path);
  await screen.findByRole("heading", { level: 1, name: "Anna Hale" });
  const details = screen.getByRole("region", { name: "Details" });
  const facts = [...details.querySelectorAll("dl div")].map((fact) => fact.textContent);
  expect(facts).toContain("Email addressanna.hale@clinic.example");
  expect(facts).toContain("PermissionsReports, PACS only");
  expect(facts).toContain("NPI1234567893 ✓\u00a0NPI verified");
  expect(facts).toContain("Last sign-inWorks in the PACS");
  expect(facts.some((fact) => fact?.startsWith("Phone"))).toBe(false);
  expect(details.querySelector('time[datetime="2026-11-26T08:00:00.000Z"]')).toBeTruthy();
  expect(within(details).getByRole("link", { name: "Open the invitation" }).getAttribute("href")).toBe(
    `/users/invitations/${anna.userId.replace("usr_", "inv_")}`,
  );
});

test("says of a person with dashboard access that they never signed in", async () => {
  serveAnna({ hasDashboardAccess: true });
  openPage(path);
  const details = await screen.findByRole("region", { name: "Details" });
  expect(details.textContent).toContain("Last sign-inNever signed in");
});

test("the title gets the focus", async () => {
  serveAnna();
  openPage(path);
  const title = await screen.findByRole("heading", { level: 1, name: "Anna Hale" });
  expect(document.activeElement).toBe(title);
});

test("a member sees facts and no way to change them", async () => {
  const { sent } = serveAnna({ lastViewAt: "" }, { "GET /v1/session": session({ level: "member" }) });
  openPage(path);
  await screen.findByText("anna.hale@clinic.example");
  expect(screen.queryByRole("button", { name: /Edit|Deactivate|Attest|End all/ })).toBeNull();
  expect(screen.queryByRole("link", { name: "Open the invitation" })).toBeNull();
  expect(screen.queryByText("Last view opened")).toBeNull();
  expect(sent.some((one) => one.path === "/v1/auditEvents" || one.path === "/v1/access")).toBe(false);
});

test("an admin reads why an owner can't be changed", async () => {
  serveAnna({ level: "owner" });
  openPage(path);
  await screen.findByText("Only an owner can change an owner. Ask an owner of your clinic.");
  expect(screen.queryByRole("button", { name: /Edit|Deactivate/ })).toBeNull();
});

test("an owner can change an owner", async () => {
  serveAnna({ level: "owner", hasDashboardAccess: true }, { "GET /v1/session": session({ level: "owner" }) });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Edit" }));
  expect((await screen.findByLabelText<HTMLInputElement>("Admin")).disabled).toBe(true);
  expect(screen.getByText(/Owners stay owners until they transfer ownership/)).toBeTruthy();
});

test("a person who is not here has a page that leads back, and to the invitation", async () => {
  serveAnna({}, { "GET /v1/autoScribe/users/*": problem(404, "user_not_found", "No such user.") });
  openPage(path);
  await screen.findByRole("heading", { level: 1, name: "User not found" });
  expect(screen.getByRole("link", { name: "Back to the users" }).getAttribute("href")).toBe("/users");
  expect(screen.getByRole("link", { name: "open the invitation" }).getAttribute("href")).toMatch(/\/inv_0192e+$/);
});

test("when reading the person again fails, the page keeps what it shows", async () => {
  let answer: Answer = { status: 200, body: anna };
  serveAnna(
    {},
    {
      "GET /v1/autoScribe/users/*": () => answer,
      "POST /v1/autoScribe/users/revoke-access": () => {
        answer = problem(503, "unavailable", "Try later.", { headers: { "retry-after": "20" } });
        return { status: 200, body: { success: true, message: "" } };
      },
    },
  );
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Deactivate Anna Hale" }));
  await person.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Deactivate" }));
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByRole("button").textContent).toMatch(/^Try again in \d+ s$/);
  expect(screen.getByText("anna.hale@clinic.example")).toBeTruthy();
});

test("a manager who edits themselves reads what that does to their NPI", async () => {
  serveAnna({}, { "GET /v1/session": session({ userId: anna.userId }) });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Edit" }));
  await screen.findByText(/No one can verify their own NPI/);
});
