import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { invitation, problem, serveApi, session } from "../../test/api";
import { fillIn, invitationId, openForm, PATH, send } from "../../test/inviteForm";
import { openPage } from "../../test/page";

test("a draft survives a reload", async () => {
  const first = await openForm();
  await fillIn(first.person);
  first.unmount();
  await openForm();
  expect((screen.getByLabelText("Last name") as HTMLInputElement).value).toBe("Hale");
  expect((screen.getByLabelText("Role") as HTMLSelectElement).value).toBe("Radiologist");
});

test("a form that was emptied again leaves no draft", async () => {
  const { person } = await openForm();
  await person.type(screen.getByLabelText("First name"), "A");
  expect(sessionStorage.length).toBe(1);
  await person.clear(screen.getByLabelText("First name"));
  expect(sessionStorage.length).toBe(0);
});

test("an ended invitation is repeated with the same person, and the URL names only its id", async () => {
  const revoked = invitation({ status: "revoked", middleName: "Maria" });
  const { person, router, sent, invites } = await openForm(
    {
      "GET /v1/autoScribe/users/invitations/*": revoked,
      "POST /v1/npi/lookup": { status: "verified", licenseStates: [] },
    },
    `${PATH}?from=${invitationId}`,
  );
  expect((screen.getByLabelText("Middle name (optional)") as HTMLInputElement).value).toBe("Maria");
  expect(router.state.location.href).toBe(`${PATH}?from=${invitationId}`);
  await person.click(send());
  await waitFor(() => expect(invites()[0]?.body).toMatchObject({ email: revoked.email, npiNumber: "1234567893" }));
  expect(sent.some((one) => one.path.endsWith("/revoke"))).toBe(false);
});

test("an invitation to repeat that does not exist says so", async () => {
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/invitations/*": problem(404, "invitation_not_found", "There is no such invitation."),
  });
  openPage(`${PATH}?from=${invitationId}`);
  const empty = await screen.findByRole("link", { name: "Start with an empty form" });
  expect(empty.getAttribute("href")).toBe(PATH);
});
