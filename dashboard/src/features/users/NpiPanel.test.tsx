import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna, path, posts, serveAnna } from "../../test/anna";
import { problem, session } from "../../test/api";
import { openPage } from "../../test/page";

const registry = {
  firstName: "ANNA",
  lastName: "BERG",
  credential: "MD",
  taxonomy: "Radiology, Diagnostic Radiology",
};
const mismatch = { npiVerification: "name_mismatch", npiRegistryName: registry } as const;
const ATTEST = "POST /v1/autoScribe/users/*/attest-npi";

const panel = () => screen.findByRole("region", { name: "NPI" });

test.each([
  ["verified", /under the person's last name/],
  ["pending", /AutoScribe will check again automatically/],
  ["name_mismatch", /under a different last name/],
  ["not_found", /has no person with this number/],
  ["deactivated", /has deactivated this number/],
] as const)("explains the state %s", async (npiVerification, words) => {
  serveAnna({ npiVerification });
  openPage(path);
  expect(within(await panel()).getByText(words)).toBeTruthy();
});

test("shows the number and its name in the registry", async () => {
  serveAnna(mismatch);
  openPage(path);
  const text = (await panel()).textContent;
  expect(text).toContain("1234567893");
  expect(text).toContain("Anna Berg, MD, Diagnostic Radiology");
  expect(text).toContain("NPI under a different name");
});

test("a person without an NPI and without reports has no such panel", async () => {
  serveAnna({ canCreateReports: false, npiNumber: "", npiVerification: "not_required" });
  openPage(path);
  await screen.findByRole("button", { name: "Edit" });
  expect(screen.queryByRole("region", { name: "NPI" })).toBeNull();
});

test("Attest explains what it means, asks for the password, and goes on", async () => {
  let confirmed = false;
  const api = serveAnna(mismatch, {
    "POST /v1/session/confirm": () => {
      confirmed = true;
      return { status: 200, body: { success: true, message: "" } };
    },
    [ATTEST]: () => {
      if (!confirmed)
        return problem(
          403,
          "password_needed",
          "Your password was not confirmed. Nothing was changed. Try again and confirm it.",
        );
      api.anna = { ...api.anna, npiVerification: "verified" };
      return { status: 200, body: api.anna };
    },
  });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Attest the NPI of Anna Hale" }));
  const question = screen.getByRole("dialog", { name: "Attest the NPI of Anna Hale?" });
  expect(question.textContent).toContain("You confirm that you know Anna Hale");
  expect(posts(api.sent)).toHaveLength(0);
  await person.click(within(question).getByRole("button", { name: "Attest" }));
  const prompt = await screen.findByRole("dialog", { name: "Confirm your password" });
  await person.type(within(prompt).getByLabelText(/^Password/), "horse battery staple");
  await person.click(within(prompt).getByRole("button", { name: "Confirm" }));
  const done = await screen.findByText(/You attested the NPI of Anna Hale/);
  expect(document.activeElement).toBe(done);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.queryByRole("button", { name: /Attest/ })).toBeNull();
});

test("a refused attestation says why in the dialog", async () => {
  serveAnna(mismatch, {
    [ATTEST]: problem(
      409,
      "npi_not_attestable",
      "There is nothing to attest any more. Reload this page to see the NPI as it is now.",
    ),
  });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Attest the NPI of Anna Hale" }));
  const question = screen.getByRole("dialog");
  await person.click(within(question).getByRole("button", { name: "Attest" }));
  await within(question).findByText(
    "There is nothing to attest any more. Reload this page to see the NPI as it is now.",
  );
});

test("no one attests their own NPI", async () => {
  serveAnna(mismatch, { "GET /v1/session": session({ userId: anna.userId }) });
  openPage(path);
  await screen.findByText("No one can attest their own NPI. Ask another owner or admin.");
  expect(screen.queryByRole("button", { name: /Attest/ })).toBeNull();
});

test("a deactivated person is reactivated before the attestation", async () => {
  serveAnna({ ...mismatch, status: "deactivated" });
  openPage(path);
  await screen.findByText("Reactivate Anna Hale before you attest the NPI.");
  expect(screen.queryByRole("button", { name: /Attest/ })).toBeNull();
});
