import { expect, test } from "vitest";
import { zoneGroups } from "./timeZones";

const names = (groups: ReturnType<typeof zoneGroups>) => groups.map(({ zones }) => zones.map(({ name }) => name));

test("zones of the United States come first, and each zone once", () => {
  const [first = [], others = []] = names(zoneGroups("UTC", ["Europe/Berlin", "America/Chicago", "Africa/Lagos"]));
  expect(first[0]).toBe("America/New_York");
  expect(others).toEqual(["Africa/Lagos", "Europe/Berlin", "UTC"]);
});

test("the clinic's zone is offered although the browser does not know it", () => {
  expect(names(zoneGroups("America/Nuuk", []))[1]).toEqual(["America/Nuuk", "UTC"]);
});

test("the usual zones are ones that browsers know", () => {
  const known = Intl.supportedValuesOf("timeZone");
  for (const name of names(zoneGroups("UTC"))[0] ?? []) expect(known).toContain(name);
});
