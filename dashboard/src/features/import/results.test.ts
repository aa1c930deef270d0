import { expect, test } from "vitest";
import { Problem } from "../../api/problem";
import { emptyCells } from "../../rules/importValues";
import { resultRows } from "./results";
import type { Judged } from "./rows";

const row = { id: 1, cells: { ...emptyCells, email: "anna@b.example", firstName: "Anna", lastName: "Hale" } };

const start = ["1", "anna@b.example", "Anna", "Hale"];

test.each<[Pick<Judged, "faults" | "standing"> & { outcome: Judged["row"]["outcome"] }, string[]]>([
  [
    { outcome: { invitationId: "inv_1" }, faults: {}, standing: "sent" },
    ["Sent", "https://a.example/users/invitations/inv_1"],
  ],
  [
    { outcome: null, faults: { email: "Enter it.", canCreateReports: "Choose." }, standing: "fix" },
    ["To fix", "Email address: Enter it. Reports: Choose."],
  ],
  [
    { outcome: new Problem(409, { code: "already_invited" }), faults: {}, standing: "there" },
    ["Already invited or a user", "This address already has an invitation."],
  ],
  [
    { outcome: new Problem(429, { code: "invitation_quota" }), faults: {}, standing: "ready" },
    ["Ready", "Not sent. Today's invitations are used up. Send this row tomorrow."],
  ],
  [
    { outcome: new Problem(403, { code: "forbidden", detail: "Ask an owner." }), faults: {}, standing: "fix" },
    ["To fix", "Ask an owner."],
  ],
  [{ outcome: null, faults: {}, standing: "ready" }, ["Ready", ""]],
])("%j", ({ outcome, faults, standing }, result) => {
  const rows = resultRows([{ row: { ...row, outcome }, faults, standing }], "https://a.example");
  expect(rows[1]).toEqual([...start, ...result]);
});
