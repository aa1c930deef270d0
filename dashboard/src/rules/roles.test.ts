import { expect, test } from "vitest";
import { roleAliases, roleGroups } from "./roles";

test("every role stands in one group, and the often used ones come first", () => {
  const roles = roleGroups.flatMap((group) => group.roles);
  expect(new Set(roles).size).toBe(61);
  expect(roles.length).toBe(61);
  expect(roleGroups[0]?.roles[0]).toBe("Radiologist");
});

test("a practice manager is an Administrative Director", () => {
  expect(roleAliases).toContainEqual({ text: "Practice manager", role: "Administrative Director" });
});
