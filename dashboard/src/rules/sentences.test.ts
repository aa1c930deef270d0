import { expect, test } from "vitest";
import { abilities, workplace } from "./sentences";

const nothing = {
  level: "member",
  canManageStudies: false,
  canCreateReports: false,
  hasDashboardAccess: false,
} as const;

test("an admin can do everything except create reports", () => {
  const can = abilities({ ...nothing, level: "admin", hasDashboardAccess: true }).join(" / ");
  expect(can).toMatch(/manage the clinic.*manage studies.*dashboard/);
  expect(can).not.toContain("reports");
});

test("a person without dashboard access works in the PACS", () => {
  const reader = { ...nothing, canCreateReports: true };
  expect(abilities(reader)).toEqual(["dictate and create radiology reports"]);
  expect(workplace(reader)).toContain("PACS");
  expect(workplace({ ...reader, hasDashboardAccess: true })).toBeNull();
});

test("a person without permissions can view studies", () => {
  expect(abilities(nothing)).toEqual(["view the studies that your PACS opens for you"]);
});
