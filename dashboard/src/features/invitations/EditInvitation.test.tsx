import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { invitation, problem, type Sent } from "../../test/api";
import { openInvitation, PATH } from "../../test/invitation";

const EDIT = "PATCH /v1/autoScribe/users/invitations/*";
const patches = (sent: Sent[]) => sent.filter((one) => one.method === "PATCH").map((one) => one.body);

test("an edit sends only what changed, and the focus goes to the title", async () => {
  const { person, sent, router } = openInvitation({}, { [EDIT]: { status: 200, body: invitation() } });
  await person.click(await screen.findByRole("link", { name: "Edit the invitation for Anna Hale" }));
  const title = await screen.findByRole("heading", { name: "Edit the invitation" });
  await waitFor(() => expect(document.activeElement).toBe(title));
  const correct = screen.getByRole("link", { name: "Correct the address" });
  expect(correct.getAttribute("href")).toBe(`/users/invitations/new?from=${invitation().invitationId}`);
  await person.clear(screen.getByLabelText("Last name"));
  await person.type(screen.getByLabelText("Last name"), "Berg");
  await person.click(screen.getByLabelText("Manage studies"));
  await person.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Save" })).toBeNull());
  expect(patches(sent)).toEqual([{ lastName: "Berg", canManageStudies: true }]);
  expect(router.state.location.search).toEqual({});
  expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
});

test("a saved NPI was verified or attested, and is looked up again only with another name", async () => {
  const { person, sent } = openInvitation({}, {}, `${PATH}?edit=true`);
  const lookups = () => sent.filter((one) => one.path === "/v1/npi/lookup").map((one) => one.body);
  await person.type(await screen.findByLabelText("First name"), "e");
  await new Promise((done) => setTimeout(done, 400));
  expect(lookups()).toEqual([]);
  await person.type(screen.getByLabelText("Last name"), "y");
  await waitFor(() => expect(lookups()).toEqual([{ npiNumber: "1234567893", lastName: "Haley" }]));
});

test("going back to the invitation asks before it loses an edit", async () => {
  const { person, router } = openInvitation({}, {}, `${PATH}?edit=true`);
  await person.type(await screen.findByLabelText("Last name"), "-Berg");
  void router.navigate({ to: PATH as never });
  const question = await screen.findByRole("dialog", { name: "Leave without saving?" });
  await person.click(within(question).getByRole("button", { name: "Stay" }));
  expect(screen.getByLabelText("Last name")).toHaveProperty("value", "Hale-Berg");
});

test("Cancel asks nothing", async () => {
  const { person, router } = openInvitation({}, {}, `${PATH}?edit=true`);
  await person.type(await screen.findByLabelText("Last name"), "-Berg");
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(router.state.location.search).toEqual({}));
});

test("an edit without a change sends nothing", async () => {
  const { person, sent } = openInvitation({}, {}, `${PATH}?edit=true`);
  await person.click(await screen.findByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Save" })).toBeNull());
  expect(patches(sent)).toEqual([]);
});

test("the API's faults of an edit stand at their fields", async () => {
  const fault = { field: "npiNumber", code: "npi_not_found", detail: "NPPES has no person with this NPI." };
  const { person } = openInvitation(
    {},
    { [EDIT]: problem(422, "npi_not_found", fault.detail, { errors: [fault] }) },
    `${PATH}?edit=true`,
  );
  await person.type(await screen.findByLabelText("First name"), "e");
  await person.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Fix 1 problem");
  expect(screen.getByLabelText("NPI").getAttribute("aria-invalid")).toBe("true");
});

test("someone confirmed during an edit: the refusal says so, and the page shows it", async () => {
  let one = invitation();
  const { person } = openInvitation(
    () => ({ status: 200, body: one }),
    {
      [EDIT]: () => {
        one = invitation({ status: "accepted" });
        return problem(409, "invitation_accepted", "The person confirmed this invitation.");
      },
    },
    `${PATH}?edit=true`,
  );
  await person.type(await screen.findByLabelText("First name"), "e");
  await person.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText(/^This invitation is confirmed now\./);
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
  expect((screen.getByLabelText("First name") as HTMLInputElement).value).toBe("Annae");
  await person.click(screen.getByRole("button", { name: "Close" }));
  const user = await screen.findByRole("link", { name: "Open the user Anna Hale" });
  expect(user.getAttribute("href")).toBe(`/users/${one.userId}`);
});
