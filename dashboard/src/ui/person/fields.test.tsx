import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem, serveApi, session } from "../../test/api";
import { fillIn } from "../../test/inviteForm";
import { openPage } from "../../test/page";

const LOOKUP = "POST /v1/npi/lookup";
const found = {
  firstName: "ANNA",
  lastName: "HALE",
  credential: "MD",
  taxonomy: "Radiology, Diagnostic Radiology",
  licenseStates: ["NY"],
};

async function openFields(routes: Parameters<typeof serveApi>[0] = {}) {
  const sent = serveApi({ "GET /v1/session": session(), ...routes });
  const page = openPage("/users/invitations/new");
  await screen.findByLabelText("Create reports");
  const lookups = () => sent.filter((one) => `${one.method} ${one.path}` === LOOKUP);
  return { ...page, sent, lookups };
}

async function typeNpi(person: Awaited<ReturnType<typeof openFields>>["person"], number: string) {
  await person.type(screen.getByLabelText("Last name"), "Hale");
  await person.click(screen.getByLabelText("Create reports"));
  await person.type(screen.getByLabelText("NPI"), number);
}

const checked = (label: string) => (screen.getByLabelText(label) as HTMLInputElement).checked;
const locked = (label: string) => (screen.getByLabelText(label) as HTMLInputElement).disabled;

test("Admin includes two permissions and says so. Clearing it restores what was chosen", async () => {
  const { person } = await openFields({ "GET /v1/apiKeys": { apiKeys: [], hasMore: false } });
  await person.click(screen.getByLabelText("Dashboard access"));
  await person.click(screen.getByLabelText("Admin"));
  expect([checked("Manage studies"), checked("Dashboard access")]).toEqual([true, true]);
  expect([locked("Manage studies"), locked("Dashboard access"), locked("Create reports")]).toEqual([true, true, false]);
  expect(screen.getAllByText("Included with Admin.")).toHaveLength(2);
  await person.click(screen.getByLabelText("Admin"));
  expect([checked("Manage studies"), checked("Dashboard access")]).toEqual([false, false]);
});

test("a fault of a permission is tied to its box", async () => {
  const detail = "An admin needs dashboard access.";
  const errors = [{ field: "hasDashboardAccess", code: "admin_needs_dashboard", detail }];
  const { person } = await openFields({
    "POST /v1/autoScribe/users": problem(422, "admin_needs_dashboard", detail, { errors }),
  });
  await fillIn(person);
  await person.click(screen.getByRole("button", { name: "Send invitation" }));
  await screen.findByText("Fix 1 problem");
  const box = screen.getByLabelText("Dashboard access");
  expect(box.getAttribute("aria-invalid")).toBe("true");
  const described = (box.getAttribute("aria-describedby") ?? "").split(" ");
  const words = described.map((id) => document.getElementById(id)?.textContent);
  expect(words).toEqual([detail, "Sign in to the AutoScribe dashboard."]);
  expect(screen.getByLabelText("Admin").getAttribute("aria-invalid")).toBeNull();
});

test("without the dashboard it says where the person works, and that no PACS is connected", async () => {
  const revoked = { status: "revoked", scopes: ["access:issue"] };
  const { person } = await openFields({ "GET /v1/apiKeys": { apiKeys: [revoked], hasMore: false } });
  await person.click(screen.getByLabelText("Dashboard access"));
  await screen.findByText("No PACS is connected yet.");
  expect(screen.getByRole("link", { name: "Create an API key for it" }).getAttribute("href")).toBe("/keys");
  expect(screen.getByText(/You'll work inside your PACS/)).toBeTruthy();
});

test("a connected PACS is found on a later page of the keys, and nothing warns", async () => {
  const { person, sent } = await openFields({
    "GET /v1/apiKeys": ({ query }) => ({
      status: 200,
      body: query.get("cursor")
        ? { apiKeys: [{ status: "active", scopes: ["access:issue"] }], hasMore: false }
        : { apiKeys: [{ status: "active", scopes: ["users:read"] }], cursor: "next", hasMore: true },
    }),
  });
  await person.click(screen.getByLabelText("Dashboard access"));
  await waitFor(() => expect(sent.filter((one) => one.path === "/v1/apiKeys")).toHaveLength(2));
  await expect(screen.findByText("No PACS is connected yet.", {}, { timeout: 200 })).rejects.toThrow();
});

test("the NPI appears with Create reports, and a wrong check digit shows at the tenth digit without a request", async () => {
  const { person, lookups } = await openFields();
  expect(screen.queryByLabelText("NPI")).toBeNull();
  await typeNpi(person, "1234 567-89");
  const order = [...document.querySelectorAll("fieldset input")].map((input) => input.getAttribute("name"));
  expect(order).toEqual(["canManageStudies", "canCreateReports", "npiNumber", "hasDashboardAccess", "level"]);
  expect((screen.getByLabelText("NPI") as HTMLInputElement).value).toBe("123456789");
  await person.type(screen.getByLabelText("NPI"), "4");
  expect(screen.getByText("This is not an NPI. Check for a wrong or swapped digit.")).toBeTruthy();
  expect(lookups()).toEqual([]);
});

test("the registry's name is shown, and taken only when asked", async () => {
  const { person, lookups } = await openFields({ [LOOKUP]: { ...found, status: "verified" } });
  await typeNpi(person, "1234567893");
  await screen.findByText(/NPPES, the NPI registry: Anna Hale, MD, Diagnostic Radiology/);
  expect(lookups().map((one) => one.body)).toEqual([{ npiNumber: "1234567893", lastName: "Hale" }]);
  const firstName = screen.getByLabelText("First name") as HTMLInputElement;
  expect(firstName.value).toBe("");
  await person.click(screen.getByRole("button", { name: "Take this name" }));
  expect(firstName.value).toBe("Anna");
  expect(document.activeElement).toBe(firstName);
  expect(screen.queryByRole("button", { name: "Take this name" })).toBeNull();
});

test("the registry is asked once typing pauses", async () => {
  const { person, lookups } = await openFields({ [LOOKUP]: { ...found, status: "verified" } });
  await typeNpi(person, "1234567893");
  await screen.findByText(/NPPES, the NPI registry: Anna Hale/);
  const lastName = screen.getByLabelText("Last name");
  for (const value of ["Haley", "Haleyw", "Haleywo"]) fireEvent.change(lastName, { target: { value } });
  await waitFor(() => expect(lookups()).toHaveLength(2));
  expect(lookups()[1]?.body).toEqual({ npiNumber: "1234567893", lastName: "Haleywo" });
});

test("another last name warns and explains the attestation", async () => {
  const { person } = await openFields({ [LOOKUP]: { ...found, lastName: "BERG", status: "name_mismatch" } });
  await typeNpi(person, "1234567893");
  await screen.findByText("The last name is different.");
  expect(screen.getByText(/attests the NPI/)).toBeTruthy();
});

test.each([
  ["not_found", /has no person with this number/],
  ["deactivated", /lists this NPI as deactivated/],
  ["pending", /will verify the NPI automatically/],
])("a lookup that says %s is said in words", async (status, words) => {
  const { person } = await openFields({ [LOOKUP]: { status: 200, body: { status, licenseStates: [] } } });
  await typeNpi(person, "1234567893");
  await screen.findByText(words);
});

test("too many lookups do not stand in the way", async () => {
  const wait = problem(429, "too_many_npi_lookups", "Wait.", { headers: { "retry-after": "60" } });
  const { person } = await openFields({ [LOOKUP]: wait });
  await typeNpi(person, "1234567893");
  await screen.findByText(/will verify the NPI automatically/);
});
