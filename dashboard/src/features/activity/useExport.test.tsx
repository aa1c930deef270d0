import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { anna, asked, edited, event, list, serveActivity } from "../../test/activity";
import { type Answer, problem } from "../../test/api";
import { openPage } from "../../test/page";

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

test("an export that fails goes on where it stopped", async () => {
  const file = catchFile();
  let fail = true;
  serveActivity(({ query }) => {
    if (query.get("limit") !== "100") return list([edited]);
    if (!query.get("cursor")) return list([edited], "next");
    return fail
      ? problem(503, "unavailable", "AutoScribe can't answer right now. Try again in a moment.", {
          headers: { "retry-after": "1" },
        })
      : list([event()]);
  });
  const { person } = openPage("/activity");
  await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
  await screen.findByText("AutoScribe can't answer right now. Try again in a moment.");
  expect(file.name).toBe("");
  fail = false;
  await person.click(await screen.findByRole("button", { name: "Try again" }, { timeout: 3000 }));
  await screen.findByText("Saved 2 records.");
  expect((await file.text()).trim().split("\r\n")).toHaveLength(3);
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
