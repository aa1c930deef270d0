import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problemWords } from "../../rules/problemWords";
import { anna, path, serveAnna } from "../../test/anna";
import { type Answer, problem } from "../../test/api";
import { openPage } from "../../test/page";

type Anna = NonNullable<Parameters<typeof serveAnna>[0]>;

/** What is pressed for a question, what answers it, and the request. */
const buttons = {
  Deactivate: ["Deactivate Anna Hale", "Deactivate", "revoke-access"],
  Release: ["Release Anna Hale", "Release", "release"],
  Attest: ["Attest the NPI of Anna Hale", "Attest", "*/attest-npi"],
} as const;
type Question = keyof typeof buttons;

const active: Anna = { npiVerification: "name_mismatch" };
const deactivated: Anna = { status: "deactivated" };

/** A question, why it is refused, Anna before and meanwhile, and what the page says of her then. */
const questions: [Question, string, Anna, Anna, RegExp][] = [
  ["Deactivate", "last_admin", active, {}, /AutoScribe in your PACS/],
  ["Deactivate", "user_released", active, { status: "released" }, /^Anna Hale was released/],
  ["Deactivate", "cannot_revoke_self", active, {}, /AutoScribe in your PACS/],
  ["Release", "user_active", deactivated, { status: "active" }, /AutoScribe in your PACS/],
  ["Release", "last_owner", deactivated, {}, /has no access/],
  ["Attest", "npi_not_attestable", active, { npiVerification: "verified" }, /or an owner or admin attested it/],
  ["Attest", "npi_not_attestable", active, { npiVerification: "deactivated" }, /has deactivated this number/],
  ["Attest", "user_released", active, { status: "released" }, /^Anna Hale was released/],
  ["Attest", "cannot_attest_self", active, {}, /under a different last name/],
];

/** Answers a question about Anna, who is `meanwhile` someone else by the time that it is refused. */
async function ask(question: Question, before: Anna, meanwhile: Anna, refusal: Answer) {
  const [opener, action, route] = buttons[question];
  const api = serveAnna(before, {
    [`POST /v1/autoScribe/users/${route}`]: () => {
      api.anna = { ...api.anna, ...meanwhile };
      return refusal;
    },
  });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: opener }));
  const dialog = screen.getByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: action }));
  return { person, dialog };
}

test.each(questions)("%s is refused with %s: the question stays and says why", async (question, code, ...row) => {
  const [before, meanwhile, said] = row;
  const { person, dialog } = await ask(question, before, meanwhile, problem(409, code, "RAW"));
  await within(dialog).findByText(problemWords[code] ?? "");
  await screen.findByText(said);
  expect(screen.getByRole("dialog")).toBe(dialog);
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await waitFor(() => expect(document.activeElement).not.toBe(document.body));
});

test("a person who became an owner meanwhile can't be changed, and the page says so", async () => {
  await ask("Deactivate", active, { level: "owner" }, problem(403, "forbidden", "RAW"));
  await screen.findByText("Only an owner can change an owner. Ask an owner of your clinic.");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a person who is gone meanwhile leaves a page that leads back", async () => {
  let gone = false;
  const notFound = problem(404, "user_not_found", "There is no such user.");
  serveAnna(active, {
    "GET /v1/autoScribe/users/*": () => (gone ? notFound : { status: 200, body: anna }),
    "POST /v1/autoScribe/users/revoke-access": () => {
      gone = true;
      return notFound;
    },
  });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Deactivate Anna Hale" }));
  await person.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Deactivate" }));
  await screen.findByRole("heading", { level: 1, name: "User not found" });
  expect(screen.queryByRole("dialog")).toBeNull();
});
