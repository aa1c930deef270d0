import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { anna, asked, edited, event, list, serveActivity } from "../../test/activity";
import { type Answer, inTurn, problem, session } from "../../test/api";
import { throttled } from "../../test/offline";
import { openPage } from "../../test/page";
import { signInAgain } from "../../test/session";
import { troubles } from "../../test/troubles";

/** Catches the file that the page saves. */
function catchFile() {
  const file = { text: async () => "", name: "" };
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    file.text = () => (blob as Blob).text();
    return "blob:file";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    file.name = this.download;
  });
  return file;
}

test("the export has every page that the filters match, and no formulas", async () => {
  const file = catchFile();
  const nasty = event({
    action: "invitation.created",
    nameAfter: { firstName: "=cmd()", lastName: "x" },
    actor: "usr_x",
  });
  const sent = serveActivity(({ query }) => (query.get("cursor") ? list([nasty]) : list([edited], "next")), {
    "GET /v1/autoScribe/users/*": { ...anna, firstName: "@Olu", lastName: "Adeyemi" },
  });
  const { person } = openPage("/activity?action=user.edited");
  await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
  await screen.findByText("Saved 2 records.");
  expect(file.name).toMatch(/^activity-\d{4}-\d\d-\d\d\.csv$/);
  const [head, first, second] = (await file.text()).split("\r\n");
  expect(head).toMatch(/^\ufeff?Time \(UTC\),What happened,Who,/);
  expect(first).toContain(`"Reports, PACS only","Admin, Reports, Studies, Dashboard"`);
  expect(first).toContain(",user.edited,");
  expect(first).toContain(",'@Olu Adeyemi,");
  expect(second).toContain(",'=cmd() x,");
  const exported = asked(sent).filter((one) => one.query.get("limit") === "100");
  expect(exported.map((one) => one.query.get("cursor"))).toEqual([null, "next"]);
  expect(exported.every((one) => one.query.get("action") === "user.edited")).toBe(true);
});

test("an export that fails says why, and goes on where it stopped", async () => {
  const file = catchFile();
  const unauthenticated = problem(401, "unauthenticated", "Sign in.");
  const later = inTurn(...troubles.map(([, answer]) => answer), throttled, unauthenticated, list([event()]));
  const sent = serveActivity(
    ({ query }) => {
      if (query.get("limit") !== "100") return list([edited]);
      return query.get("cursor") ? later() : list([edited], "next");
    },
    { "POST /v1/session": session() },
  );
  const { person } = openPage("/activity");
  await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
  for (const [, , words] of troubles) {
    await waitFor(() => expect(screen.getByRole("alert").textContent).toBe(`${words}Try again`));
    await person.click(screen.getByRole("button", { name: "Try again" }));
  }
  expect(await screen.findByRole("button", { name: "Try again in 2 s" })).toHaveProperty("disabled", true);
  expect(file.name).toBe("");
  await person.click(await screen.findByRole("button", { name: "Try again" }));
  await signInAgain(person);
  await screen.findByText("Saved 2 records.");
  expect((await file.text()).trim().split("\r\n")).toHaveLength(3);
  expect(asked(sent).filter((one) => one.query.get("limit") === "100" && !one.query.get("cursor"))).toHaveLength(1);
});

test("an export can be canceled, and shows how far it is", async () => {
  const file = catchFile();
  let answer: (given: Answer) => void = () => {};
  serveActivity(({ query }) => {
    if (query.get("limit") !== "100") return list([edited]);
    if (!query.get("cursor")) return list([edited], "next");
    return new Promise<Answer>((resolve) => {
      answer = resolve;
    });
  });
  const { person } = openPage("/activity");
  await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
  await screen.findByText("1 record read…");
  const cancel = screen.getByRole("button", { name: "Cancel the export" });
  await person.click(cancel);
  answer(list([edited]));
  await screen.findByRole("button", { name: "Export as CSV" });
  expect(document.activeElement).toBe(cancel);
  expect(file.name).toBe("");
});
