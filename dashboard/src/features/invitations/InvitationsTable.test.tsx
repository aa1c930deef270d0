import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem } from "../../test/api";
import { anna, grace, LIST, lost, openList, RESEND, REVOKE, rowOf, slowly } from "../../test/invitationList";

test("Resend names the person, and the focus stays on its button", async () => {
  const { person, sent } = openList([anna], undefined, { [RESEND]: { status: 200, body: anna } });
  const button = await screen.findByRole("button", { name: "Resend to Anna Hale" });
  await person.click(button);
  await screen.findByText(/A new invitation is on its way to Anna Hale/);
  expect(sent.filter((one) => one.path.endsWith(`${anna.invitationId}/resend`))).toHaveLength(1);
  expect(document.activeElement).toBe(button);
});

test("a resend that comes too soon counts down", async () => {
  const soon = problem(429, "resend_too_soon", "Wait a minute.", { headers: { "retry-after": "40" } });
  const { person } = openList([anna], undefined, { [RESEND]: soon });
  await person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
  await screen.findByText("The invitation was not sent to Anna Hale again.");
  const again = screen.getByRole("button", { name: /Try again in \d+ s/ }) as HTMLButtonElement;
  expect(again.disabled).toBe(true);
});

test("Revoke asks first. After it the next row has the focus", async () => {
  let all = [anna, grace];
  const { person, sent } = openList([], "/users/invitations?show=open", {
    [LIST]: slowly(() => all),
    [REVOKE]: () => {
      all = [grace];
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  const revoke = await screen.findByRole("button", { name: "Revoke the invitation for Anna Hale" });
  await person.click(revoke);
  const dialog = screen.getByRole("dialog", { name: "Revoke the invitation for Anna Hale?" });
  expect(sent.some((one) => one.path.endsWith("/revoke"))).toBe(false);
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(document.activeElement).toBe(revoke);
  await person.click(revoke);
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  await waitFor(() => expect(screen.queryByRole("row", { name: /Anna Hale/ })).toBeNull());
  const next = await rowOf(/Grace Hale/);
  await waitFor(() => expect(document.activeElement).toBe(next));
  expect(screen.getByText("The invitation for Anna Hale is revoked.")).toBeTruthy();
});

test("when the last row goes, the title has the focus", async () => {
  let all = [anna];
  const { person } = openList([], "/users/invitations?show=open", {
    [LIST]: slowly(() => all),
    [REVOKE]: () => {
      all = [];
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  await person.click(await screen.findByRole("button", { name: "Revoke the invitation for Anna Hale" }));
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  await screen.findByText("No invitation is waiting for an answer");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 })));
});

test("a revoked row that stays in the list gets the focus, since its button is gone", async () => {
  let all = [anna, grace];
  const { person } = openList([], undefined, {
    [LIST]: slowly(() => all),
    [REVOKE]: () => {
      all = [{ ...anna, status: "revoked" }, grace];
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  await person.click(await screen.findByRole("button", { name: "Revoke the invitation for Anna Hale" }));
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  await screen.findByRole("link", { name: "Invite Anna Hale again" });
  expect(document.activeElement).toBe(screen.getByRole("row", { name: /Anna Hale/ }));
});

test("someone confirmed meanwhile: the refusal says so, and the row is read again", async () => {
  let all = [anna];
  const { person } = openList(() => all, undefined, {
    [REVOKE]: () => {
      all = [{ ...anna, status: "accepted" }];
      return problem(
        409,
        "invitation_accepted",
        "The person has confirmed this invitation. Change or deactivate the user instead.",
      );
    },
  });
  await person.click(await screen.findByRole("button", { name: "Revoke the invitation for Anna Hale" }));
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  await screen.findByText("The person has confirmed this invitation. Change or deactivate the user instead.");
  await waitFor(() => expect(screen.getByRole("row", { name: /Anna Hale/ }).textContent).toContain("Confirmed"));
});

test("who confirmed leads to the user", async () => {
  openList([{ ...anna, status: "accepted" }]);
  const link = await screen.findByRole("link", { name: "Open the user Anna Hale" });
  expect(link.getAttribute("href")).toBe(`/users/${anna.userId}`);
  expect(screen.queryByRole("button", { name: /Resend/ })).toBeNull();
});

test("an owner's invitation can only be sent again", async () => {
  openList([{ ...anna, level: "owner" }]);
  await screen.findByRole("button", { name: "Resend to Anna Hale" });
  expect(screen.queryByRole("button", { name: /Revoke/ })).toBeNull();
  expect(screen.queryByRole("link", { name: /Edit/ })).toBeNull();
});

test("a revoked invitation says quietly what became of its email", async () => {
  openList([{ ...lost, status: "revoked" }, anna]);
  const row = await rowOf(/Lena Hale/);
  expect(within(row).getByText("Not delivered").className).toBe("quiet");
  expect(row.textContent).not.toContain("The domain of the address");
  expect(within(row).getByText("Revoked")).toBeTruthy();
});

test("what was done is not said of another list", async () => {
  const { person } = openList([anna], undefined, { [RESEND]: { status: 200, body: anna } });
  await person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
  await screen.findByText(/A new invitation is on its way to/);
  await person.click(screen.getByRole("link", { name: /^Waiting/ }));
  await waitFor(() => expect(screen.queryByText(/A new invitation is on its way to/)).toBeNull());
});

test("why a resend failed is not said of another list", async () => {
  const { person } = openList([anna], undefined, { [RESEND]: problem(429, "invitation_quota", "Tomorrow.") });
  await person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
  await screen.findByText("The invitation was not sent to Anna Hale again.");
  await person.click(screen.getByRole("link", { name: /^Waiting/ }));
  await waitFor(() => expect(screen.queryByText("The invitation was not sent to Anna Hale again.")).toBeNull());
});
