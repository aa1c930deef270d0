import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna, path, serveAnna } from "../../test/anna";
import { problem, type Sent, session } from "../../test/api";
import { openPage } from "../../test/page";

type Routes = NonNullable<Parameters<typeof serveAnna>[1]>;

const PATCH = "PATCH /v1/autoScribe/users/*";

async function openForm(change: Parameters<typeof serveAnna>[0] = {}, more: Routes = {}) {
  const api = serveAnna(change, {
    [PATCH]: ({ body }: Sent) => {
      api.anna = { ...api.anna, ...(body as object) };
      return { status: 200, body: api.anna };
    },
    "POST /v1/npi/lookup": { status: "verified", licenseStates: [] },
    ...more,
  });
  const page = openPage(path);
  await page.person.click(await screen.findByRole("button", { name: "Edit" }));
  const title = await screen.findByRole("heading", { name: /^Edit / });
  // The focus must not go there in the middle of what a test types.
  await waitFor(() => expect(document.activeElement).toBe(title));
  return { ...page, api, patches: () => api.sent.filter((one) => one.method === "PATCH") };
}

const field = (label: string) => screen.getByLabelText(label, { selector: "input, select" }) as HTMLInputElement;
const save = () => screen.getByRole("button", { name: "Save" }) as HTMLButtonElement;

async function retype(person: Awaited<ReturnType<typeof openForm>>["person"], label: string, text: string) {
  await person.clear(field(label));
  await person.type(field(label), text);
}

test("the form has what is known, and nothing to save yet", async () => {
  await openForm();
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Edit Anna Hale" }));
  expect([field("First name").value, field("Role").value]).toEqual(["Anna", "Radiologist"]);
  expect(field("Create reports").checked).toBe(true);
  expect(field("NPI").value).toBe("1234567893");
  expect(save().disabled).toBe(true);
  expect(screen.getByText("No changes yet.")).toBeTruthy();
});

test("sends only what changed, and says that it is saved", async () => {
  const { person, patches } = await openForm();
  await retype(person, "Last name", "Berg");
  await person.click(field("Manage studies"));
  expect(screen.getByText("Permissions before: Reports, PACS only. After: Reports, Studies, PACS only.")).toBeTruthy();
  await person.click(save());
  const done = await screen.findByText("Saved. The changes take effect now.");
  expect(patches().map((one) => one.body)).toEqual([{ lastName: "Berg", canManageStudies: true }]);
  expect(document.activeElement).toBe(done);
  await screen.findByRole("heading", { level: 1, name: "Anna Berg" });
});

test("a saved NPI was verified or attested, and is looked up again only with another name", async () => {
  const { person, api } = await openForm();
  const lookups = () => api.sent.filter((one) => one.path === "/v1/npi/lookup").map((one) => one.body);
  await person.type(field("First name"), "e");
  await new Promise((done) => setTimeout(done, 400));
  expect(lookups()).toEqual([]);
  await person.type(field("Last name"), "y");
  await waitFor(() => expect(lookups()).toEqual([{ npiNumber: "1234567893", lastName: "Haley" }]));
});

test("Cancel keeps the person as they were, and gives the focus back", async () => {
  const { person, patches } = await openForm();
  await retype(person, "Last name", "Berg");
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Edit" }));
  expect(screen.getByRole("heading", { level: 1, name: "Anna Hale" })).toBeTruthy();
  expect(patches()).toHaveLength(0);
});

test("a fault is found before anything is sent, and the summary gets the focus", async () => {
  const { person, patches } = await openForm();
  await person.clear(field("First name"));
  await person.click(save());
  const summary = screen.getByRole("link", { name: "First name" });
  expect(document.activeElement?.contains(summary)).toBe(true);
  await person.click(summary);
  expect(document.activeElement).toBe(field("First name"));
  expect(patches()).toHaveLength(0);
});

test("a fault that the API finds is tied to its field", async () => {
  const errors = [{ field: "lastName", code: "name_digits", detail: "Use 4 digits at most." }];
  const { person } = await openForm({}, { [PATCH]: problem(422, "name_digits", "Check the names.", { errors }) });
  await retype(person, "Last name", "12345");
  await person.click(save());
  await waitFor(() => expect(field("Last name").getAttribute("aria-invalid")).toBe("true"));
  expect(screen.getAllByText(/Use 4 digits at most\./)).toHaveLength(2);
});

test("when another manager saved first, nothing is overwritten and every entry is kept", async () => {
  const { person, api, patches } = await openForm();
  await retype(person, "Last name", "Berg");
  api.anna = { ...api.anna, clinicRole: "Receptionist" as never, lastName: "Stone" };
  await person.click(save());
  const alert = await screen.findByText(/Someone else changed this person while you were editing/);
  expect(patches()).toHaveLength(0);
  expect(document.activeElement?.contains(alert)).toBe(true);
  expect(screen.getByText("Last name: Hale before, Stone now")).toBeTruthy();
  expect(screen.getByText(/^Role: Radiologist before/)).toBeTruthy();
  expect(field("Last name").value).toBe("Berg");
  await person.click(save());
  await screen.findByText("Saved. The changes take effect now.");
  expect(patches().map((one) => one.body)).toEqual([{ lastName: "Berg" }]);
});

test("what another manager saved fills the fields without an entry", async () => {
  const { person, api } = await openForm();
  await retype(person, "First name", "Anne");
  api.anna = { ...api.anna, lastName: "Stone" };
  await person.click(save());
  await screen.findByText(/Someone else changed this person/);
  expect([field("First name").value, field("Last name").value]).toEqual(["Anne", "Stone"]);
});

test("a conflict in the same moment reloads the person and says what changed", async () => {
  let first = true;
  const { person, api, patches } = await openForm(
    {},
    {
      [PATCH]: ({ body }: Sent) => {
        if (!first) return { status: 200, body: { ...api.anna, ...(body as object) } };
        first = false;
        api.anna = { ...api.anna, phoneNumber: "+13125550100" };
        return problem(409, "conflict", "Try again.");
      },
    },
  );
  await retype(person, "Last name", "Berg");
  await person.click(save());
  await screen.findByText("Phone number: none before, +13125550100 now");
  await person.click(save());
  await screen.findByText("Saved. The changes take effect now.");
  expect(patches().at(-1)?.body).toEqual({ lastName: "Berg" });
});

test("keys of a manager who becomes a member are decided first", async () => {
  const keys = [{ apiKeyId: "1", description: "Front desk PACS" }];
  const { person, patches } = await openForm(
    { level: "admin", hasDashboardAccess: true },
    {
      [PATCH]: ({ body }: Sent) =>
        (body as { keys?: string }).keys
          ? { status: 200, body: { ...anna, level: "member" } }
          : problem(409, "keys_to_decide", "Decide.", { keys }),
    },
  );
  await person.click(field("Admin"));
  await person.click(save());
  const dialog = await screen.findByRole("dialog", { name: "An API key still works" });
  expect(screen.queryByText("Decide.")).toBeNull();
  await person.click(within(dialog).getByRole("button", { name: "Revoke the key" }));
  await screen.findByText("Saved. The changes take effect now.");
  expect(patches().at(-1)?.body).toMatchObject({ level: "member", keys: "end" });
});

test("the last admin stays one, and the page says what to do first", async () => {
  const detail = "This is the clinic's last active owner or admin. Make someone else an owner or admin first.";
  const { person } = await openForm(
    { level: "admin", hasDashboardAccess: true },
    {
      [PATCH]: problem(409, "last_admin", detail),
    },
  );
  await person.click(field("Admin"));
  await person.click(save());
  await screen.findByText(detail);
  expect(field("Admin").checked).toBe(false);
});

test("an NPI that someone else holds leads to them", async () => {
  const holder = "usr_0192cccccccccccccccccccccccccccc";
  const { person } = await openForm(
    { canCreateReports: false, npiNumber: undefined as never },
    {
      [PATCH]: problem(409, "npi_in_use", "Another person has this NPI.", { userId: holder }),
    },
  );
  await person.click(field("Create reports"));
  await person.type(field("NPI"), "1234567893");
  await person.click(save());
  const link = await screen.findByRole("link", { name: "Open the user who has this NPI" });
  expect(link.getAttribute("href")).toBe(`/users/${holder}`);
});

test("a session that ends in the middle keeps the entries, and the save goes on", async () => {
  let over = true;
  const { person, patches } = await openForm(
    {},
    {
      "POST /v1/session": () => {
        over = false;
        return { status: 200, body: session() };
      },
      [PATCH]: ({ body }: Sent) =>
        over
          ? problem(401, "unauthenticated", "Your session has ended. Sign in, then try again.")
          : { status: 200, body: { ...anna, ...(body as object) } },
    },
  );
  await retype(person, "Last name", "Berg");
  await person.click(save());
  const dialog = await screen.findByRole("dialog", { name: "Your session has ended" });
  expect(field("Last name").value).toBe("Berg");
  await person.type(within(dialog).getByLabelText(/^Password/), "horse battery staple");
  await person.click(within(dialog).getByRole("button", { name: "Sign in" }));
  await screen.findByText("Saved. The changes take effect now.");
  expect(patches().at(-1)?.body).toEqual({ lastName: "Berg" });
});

test("a link asks before it loses what was changed", async () => {
  const { person, router } = await openForm();
  await retype(person, "Last name", "Berg");
  await person.click(screen.getByRole("link", { name: "Account" }));
  const question = await screen.findByRole("dialog", { name: "Leave without saving?" });
  await person.click(within(question).getByRole("button", { name: "Stay" }));
  expect([router.state.location.pathname, field("Last name").value]).toEqual([path, "Berg"]);
  await person.click(screen.getByRole("link", { name: "Account" }));
  await person.click(await screen.findByRole("button", { name: "Leave" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/account"));
});

test("a link asks nothing after saving, and nothing without a change", async () => {
  const { person, router } = await openForm();
  await retype(person, "Last name", "Berg");
  await person.click(save());
  await screen.findByText("Saved. The changes take effect now.");
  await person.click(screen.getByRole("button", { name: "Edit" }));
  await retype(person, "Last name", "Hale");
  await retype(person, "Last name", "Berg");
  await person.click(screen.getByRole("link", { name: "Account" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/account"));
});
