import { expect, test } from "vitest";
import { invitationFilters, inviteSearch } from "./filters";

test("a view that does not exist shows every invitation", () => {
  expect(invitationFilters({ show: "notDelivered", q: "hale" })).toEqual({ show: "notDelivered", q: "hale" });
  expect(invitationFilters({ show: "everything", q: "" })).toEqual({});
});

test("a form can begin with an invitation's id, and with nothing else", () => {
  const from = `inv_${"0192".repeat(8)}`;
  expect(inviteSearch({ from, email: "anna@clinic.example" })).toEqual({ from });
  expect(inviteSearch({ from: "anna@clinic.example" })).toEqual({});
});
