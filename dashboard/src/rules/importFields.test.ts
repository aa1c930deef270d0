import { expect, test } from "vitest";
import { targetOf } from "./importFields";

test.each([
  ["E-mail", "email"],
  ["Email address", "email"],
  ["E-mail Address *", "email"],
  ["Work Email", "email"],
  ["FIRST NAME", "firstName"],
  ["Given name", "firstName"],
  ["Forename", "firstName"],
  ["Surname", "lastName"],
  ["Family name", "lastName"],
  ["last_name", "lastName"],
  ["Middle", "middleName"],
  ["Middle initial", "middleName"],
  ["Name", "fullName"],
  ["Display Name", "fullName"],
  ["Suffix", "suffix1"],
  ["Credentials", "suffix1"],
  ["Role", "clinicRole"],
  ["Job title", "clinicRole"],
  ["NPI", "npiNumber"],
  ["NPI number", "npiNumber"],
  ["NPI #", "npiNumber"],
  ["Phone", "phoneNumber"],
  ["Mobile phone", "phoneNumber"],
  ["Admin", "admin"],
  ["Level", "admin"],
  ["Dashboard (yes/no)", "hasDashboardAccess"],
  ["Reports", "canCreateReports"],
  ["Can create reports?", "canCreateReports"],
  ["Studies", "canManageStudies"],
  ["canManageStudies", "canManageStudies"],
  // These mean different things in different clinics.
  ["Title", null],
  ["Address", null],
  ["Team", null],
  ["", null],
  ["***", null],
])("the heading %j is %s", (heading, target) => {
  expect(targetOf(heading)).toBe(target);
});
