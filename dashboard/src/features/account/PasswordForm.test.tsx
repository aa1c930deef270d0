import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { PASSWORD_HINT } from "../../rules/passwordWords";
import { type Answer, problem, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";

const done: Answer = { status: 200, body: { success: true, message: "" } };

async function fill(answer: Answer, current = "horse battery staple", next = "lantern-gravel-otter") {
  const sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/sessions": { sessions: [] },
    "POST /v1/password/change": answer,
  });
  const { person } = openPage("/account");
  const currentField = await screen.findByLabelText("Current password");
  const newField = screen.getByLabelText("New password");
  if (current) await person.type(currentField, current);
  if (next) await person.type(newField, next);
  await person.click(screen.getByRole("button", { name: "Change password" }));
  const changes = () => sent.filter((one) => one.method === "POST");
  return { person, changes, currentField, newField };
}

test("changes the password, and empties the fields", async () => {
  const { changes, currentField, newField } = await fill(done);
  const said = await screen.findByText("Your password was changed. Your other sessions have ended.");
  expect(said.className).toContain("good");
  expect(changes()[0]?.body).toEqual({
    currentPassword: "horse battery staple",
    newPassword: "lantern-gravel-otter",
  });
  expect(currentField).toHaveProperty("value", "");
  expect(newField).toHaveProperty("value", "");
});

test("password managers can see which password is which", async () => {
  const { currentField, newField } = await fill(done);
  expect(currentField.getAttribute("autocomplete")).toBe("current-password");
  expect(newField.getAttribute("autocomplete")).toBe("new-password");
});

test("the passwords show only when asked for", async () => {
  const { person, currentField, newField } = await fill(done, "", "");
  screen.getByText(PASSWORD_HINT);
  const types = () => [currentField, newField].map((field) => field.getAttribute("type"));
  expect(types()).toEqual(["password", "password"]);
  await person.click(screen.getByRole("checkbox", { name: "Show password" }));
  expect(types()).toEqual(["text", "text"]);
});

test("a short password is not sent", async () => {
  const { changes, newField } = await fill(done, "horse battery staple", "short");
  expect(newField.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement?.textContent).toContain("Use 15 to 128 characters.");
  expect(changes()).toEqual([]);
});

test("a wrong current password is tied to its field", async () => {
  const { person, currentField, newField } = await fill(problem(401, "password_wrong", "Send the password."));
  await person.click(await screen.findByRole("link", { name: "Current password" }));
  expect(document.activeElement).toBe(currentField);
  expect(currentField.getAttribute("aria-invalid")).toBe("true");
  expect(newField).toHaveProperty("value", "lantern-gravel-otter");
  expect(screen.queryByText("Send the password.")).toBeNull();
});

test.each([
  ["password_weak", /easy to guess/],
  ["password_breached", /public list of stolen passwords/],
])("%s is said in plain words at the field", async (code, words) => {
  const errors = [{ field: "newPassword", code, detail: "Send another password." }];
  const { newField } = await fill(problem(422, code, "Send another password.", { errors }));
  expect((await screen.findAllByText(words)).length).toBe(2);
  expect(newField.getAttribute("aria-invalid")).toBe("true");
  expect(screen.queryByText("Send another password.")).toBeNull();
});

test("too many attempts count down", async () => {
  const headers = { "retry-after": "90" };
  await fill(problem(429, "too_many_attempts", "There were too many attempts. Wait, then try again.", { headers }));
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("There were too many attempts. Wait, then try again.");
  expect(within(alert).getByText(/try again in (90|89) s/)).toBeTruthy();
});
