import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { problemWords } from "../../rules/problemWords";
import { invitation, problem } from "../../test/api";
import { openInvitation } from "../../test/invitation";
import { anna, openList, rowOf } from "../../test/invitationList";
import type { Invitation } from "./queries";

const INVITATIONS = "POST /v1/autoScribe/users/invitations";

/** What became of the invitation before the request came. */
const endings: [string, number, Partial<Invitation>, string][] = [
  ["invitation_accepted", 409, { status: "accepted" }, "Confirmed"],
  ["invitation_rejected", 409, { status: "rejected" }, "Declined"],
  ["invitation_revoked", 409, { status: "revoked" }, "Revoked"],
];
const expired = ["invitation_expired", 410, { expiry: "2026-11-01T09:30:00.000Z" }, "Expired"] as const;

const dialogs = [
  ["Revoke the invitation for Anna Hale", "Revoke", `${INVITATIONS}/revoke`, endings],
  ["Attest the NPI of Anna Hale", "Attest", `${INVITATIONS}/*/attest-npi`, [...endings, expired]],
] as const;

describe.each(dialogs)("%s", (button, action, route, cases) => {
  test.each(cases)(
    "is refused as %s: the question says why, and the page what became of it",
    async (code, status, change, word) => {
      let one = invitation({ npiVerification: "name_mismatch" });
      const { person } = openInvitation(() => ({ status: 200, body: one }), {
        [route]: () => {
          one = { ...one, ...change };
          return problem(status, code, "RAW");
        },
      });
      await person.click(await screen.findByRole("button", { name: button }));
      const dialog = screen.getByRole("dialog");
      await person.click(within(dialog).getByRole("button", { name: action }));
      await within(dialog).findByText(problemWords[code] ?? "");
      await screen.findByText(word, { selector: ".status" });
      expect(screen.getByRole("dialog")).toBe(dialog);
      await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
      expect(screen.queryByRole("dialog")).toBeNull();
      await waitFor(() => expect(document.activeElement).not.toBe(document.body));
    },
  );
});

test.each(endings)(
  "a resend that is refused as %s says why, on the page and in the list",
  async (code, status, change, word) => {
    let one: Invitation = anna;
    const refuse = () => {
      one = { ...one, ...change };
      return problem(status, code, "RAW");
    };
    const page = openInvitation(() => ({ status: 200, body: one }), { [`${INVITATIONS}/*/resend`]: refuse });
    await page.person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
    await screen.findByText(problemWords[code] ?? "");
    await screen.findByText(word, { selector: ".status" });
    page.unmount();

    one = anna;
    const list = openList(() => [one], undefined, { [`${INVITATIONS}/*/resend`]: refuse });
    await list.person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
    await screen.findByText(problemWords[code] ?? "");
    await waitFor(async () => expect((await rowOf(/Anna Hale/)).textContent).toContain(word));
  },
);
