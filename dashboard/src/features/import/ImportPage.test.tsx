import { cleanup, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type Sent, serveApi, session } from "../../test/api";
import { answer, batches, paste, pasteWithRole, row, serve, sheet, usersOf } from "../../test/import";
import { openPage } from "../../test/page";
import { EXAMPLE } from "./Example";
// The page loads on demand. Loading it here keeps that out of the time of the first test.
import "./ImportPage";

test("the person says what unknown columns have", async () => {
  const sent = serve((one) => answer(one));
  const { person } = await paste("Correo;Nombre;Apellido\nanna@b.example;Anna;Hale");
  const title = await screen.findByRole("heading", { name: "What is in each column?" });
  expect(document.activeElement).toBe(title);
  expect(screen.getByLabelText("Correo")).toHaveProperty("value", "email");
  await person.selectOptions(screen.getByLabelText("Nombre"), "First name");
  await person.selectOptions(screen.getByLabelText("Apellido"), "First name");
  await person.click(screen.getByRole("button", { name: "Continue" }));
  expect(document.activeElement?.textContent).toBe("Choose each field for one column only.");
  await person.selectOptions(screen.getByLabelText("Apellido"), "Last name");
  await person.click(screen.getByRole("button", { name: "Continue" }));
  await person.selectOptions(await screen.findByLabelText("Role"), "Physician");
  await person.click(screen.getByRole("button", { name: "Send 1 invitation" }));
  await screen.findByText("1 sent");
  expect(usersOf(batches(sent)[0] as Sent)[0]).toMatchObject({ firstName: "Anna", lastName: "Hale" });
});

test("defaults fill what rows leave out, and a row can have another", async () => {
  const sent = serve((one) => answer(one));
  const { person } = await pasteWithRole(sheet(2));
  await person.click(screen.getByRole("checkbox", { name: "Manage studies" }));
  const own = screen.getByLabelText("Studies, row 2");
  expect(within(own).getByRole("option", { name: "Default: Yes" })).toBeTruthy();
  await person.selectOptions(own, "No");
  await person.click(screen.getByRole("button", { name: "Send 2 invitations" }));
  await screen.findByText("2 sent");
  expect(usersOf(batches(sent)[0] as Sent).map(({ canManageStudies }) => canManageStudies)).toEqual([true, false]);
});

test("the example of a list can be imported as it is", async () => {
  serve((one) => answer(one));
  openPage("/users/invitations/import");
  const example = (await screen.findByRole("heading", { name: "Example" })).parentElement;
  expect(example?.textContent).toContain("The headings can be: Email address, Full name, First name,");
  cleanup();
  await paste(EXAMPLE);
  await screen.findByText("2 ready");
});

test("some words of a role are enough, and the row says what they mean", async () => {
  const sent = serve((one) => answer(one));
  const { person } = await paste("Email,First name,Last name,Role\nanna@b.example,Anna,Hale,front desk");
  await screen.findByText("Means Front Desk Operator");
  await person.click(screen.getByRole("button", { name: "Send 1 invitation" }));
  await within(row(1)).findByText("Front Desk Operator");
  expect(usersOf(batches(sent)[0] as Sent)[0]?.clinicRole).toBe("Front Desk Operator");
});

test.each([
  ["", "Paste at least one person."],
  [sheet(501), "This list has 501 people. Import at most 500 at a time."],
])("a paste that can't be used says why", async (text, fault) => {
  serve((one) => answer(one));
  await paste(text);
  const field = screen.getByLabelText("List of people");
  expect(screen.getByText(fault)).toBeTruthy();
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field);
});

test("a file is read into the text, with a warning of unreadable letters", async () => {
  serve((one) => answer(one));
  const { person } = openPage("/users/invitations/import");
  const bytes = new Uint8Array([...new TextEncoder().encode("Email\nanna@b.example "), 0xe1]);
  await person.upload(await screen.findByLabelText("Or choose a file"), new File([bytes], "people.csv"));
  await screen.findByText(/could not be read/);
  expect(screen.getByLabelText("List of people")).toHaveProperty("value", "Email\nanna@b.example \uFFFD");
});

test("leaving with rows that were not sent asks first", async () => {
  serve((one) => answer(one), { "GET /v1/autoScribe/users": { users: [], cursor: null, hasMore: false } });
  const { person, router } = await pasteWithRole(sheet(1));
  await person.click(screen.getByRole("link", { name: "Confirmed" }));
  await screen.findByRole("heading", { name: "Leave this page?" });
  await person.click(screen.getByRole("button", { name: "Stay" }));
  expect(router.state.location.pathname).toBe("/users/invitations/import");
  await person.click(screen.getByRole("button", { name: "Send 1 invitation" }));
  await screen.findByText("1 sent");
  await person.click(screen.getByRole("link", { name: "Confirmed" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/users"), { timeout: 4000 });
});

test("leaving asks first from the paste on", async () => {
  serve((one) => answer(one));
  const { person, router } = openPage("/users/invitations/import");
  await screen.findByLabelText("List of people");
  const leave = () => person.click(screen.getByRole("link", { name: "Account" }));
  const stay = async () => person.click(await screen.findByRole("button", { name: "Stay" }));
  await person.type(screen.getByLabelText("List of people"), "Correo;Nombre{Enter}anna@b.example;Anna");
  await leave();
  await stay();
  await person.click(screen.getByRole("button", { name: "Continue" }));
  await screen.findByRole("heading", { name: "What is in each column?" });
  await leave();
  await stay();
  await person.click(screen.getByRole("button", { name: "Back" }));
  await person.clear(await screen.findByLabelText("List of people"));
  await leave();
  await waitFor(() => expect(router.state.location.pathname).toBe("/account"));
});

test("starting over asks, and keeps the text", async () => {
  serve((one) => answer(one));
  const { person } = await paste(sheet(1));
  await person.click(await screen.findByRole("button", { name: "Start over" }));
  const dialog = await screen.findByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: "Start over" }));
  const field = await screen.findByLabelText("List of people");
  expect(field).toHaveProperty("value", sheet(1));
  expect(document.activeElement).toBe(field);
});

test("when a row is removed, the focus goes to the next one", async () => {
  serve((one) => answer(one));
  const { person } = await pasteWithRole(sheet(3));
  const scroll = vi.spyOn(row(3), "scrollIntoView");
  await person.click(screen.getByRole("button", { name: "Remove row 2 p2@b.example" }));
  expect(scroll).toHaveBeenCalledWith({ block: "nearest", inline: "start" });
  expect(screen.queryByRole("row", { name: /^2 / })).toBeNull();
  expect(document.activeElement).toBe(row(3));
  expect(screen.getByText("2 ready")).toBeTruthy();
});

test("a member can't invite, and learns so", async () => {
  serveApi({ "GET /v1/session": session({ level: "member" }) });
  openPage("/users/invitations/import");
  await screen.findByText(/Only owners and admins/);
  expect(screen.queryByLabelText("List of people")).toBeNull();
});
