import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type Answer, problem, serveApi, session } from "../../test/api";
import { apiKey, keyList } from "../../test/keys";
import { openPage } from "../../test/page";
import { otherTab } from "../../test/tabs";

const SECRET = `ask_${"a".repeat(49)}`;
const created = apiKey({ apiKeyId: "k-new", description: "Night script" });

/** The page with a form that is filled in. `answers` come one after another, and the last one stays. */
async function openForm(level: "owner" | "admin", ...answers: Answer[]) {
  const keys = [apiKey()];
  const success: Answer = { status: 201, body: { ...created, apiKey: SECRET } };
  const sent = serveApi({
    "GET /v1/session": session({ level }),
    "GET /v1/apiKeys": () => ({ status: 200, body: keyList(keys) }),
    "POST /v1/apiKeys": () => {
      const answer = answers.shift() ?? success;
      if (answer === success) keys.unshift(created);
      return answer;
    },
    "POST /v1/session": { ...session({ level }) },
    "POST /v1/session/confirm": { success: true, message: "" },
  });
  const { person, router } = openPage("/keys");
  await person.click(await screen.findByRole("button", { name: "Create API key" }));
  const fill = async () => {
    await person.type(screen.getByLabelText("Description"), "Night script");
    await person.click(screen.getByRole("checkbox", { name: "Create view links" }));
  };
  const submit = () => person.click(screen.getByRole("button", { name: "Create key" }));
  const posts = () => sent.filter((one) => one.path === "/v1/apiKeys" && one.method === "POST");
  return { person, router, fill, submit, posts };
}

test("the form has the focus, and Cancel gives it back", async () => {
  const { person } = await openForm("owner");
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Create an API key" }));
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Create API key" })));
});

test("a link asks before it loses the form", async () => {
  const { person, router, fill } = await openForm("owner");
  await fill();
  await person.click(screen.getByRole("link", { name: "Account" }));
  await person.click(await screen.findByRole("button", { name: "Stay" }));
  expect(screen.getByLabelText("Description")).toHaveProperty("value", "Night script");
  await person.clear(screen.getByLabelText("Description"));
  await person.click(screen.getByRole("checkbox", { name: "Create view links" }));
  await person.click(screen.getByRole("link", { name: "Account" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/account"));
});

test("an owner can give everything, an admin learns what only an owner can", async () => {
  await openForm("owner");
  expect(screen.getAllByRole("checkbox")).toHaveLength(9);
  expect(screen.getByRole("checkbox", { name: "Manage admins" })).toBeTruthy();
});

test("an admin reads to ask an owner for two of the permissions", async () => {
  await openForm("admin");
  expect(screen.getAllByRole("checkbox")).toHaveLength(7);
  expect(screen.queryByRole("checkbox", { name: "Manage admins" })).toBeNull();
  const note = screen.getByText(/Only an owner can create a key with these permissions/);
  expect(note.parentElement?.textContent).toMatch(/Manage admins.*Create dictation links/);
});

test("an empty form is not sent, and leads to each fault", async () => {
  const { person, submit, posts } = await openForm("owner");
  await submit();
  const link = screen.getByRole("link", { name: "Permissions" });
  expect(link.closest("[tabindex]")).toBe(document.activeElement);
  await person.click(link);
  expect(document.activeElement).toBe(screen.getByRole("checkbox", { name: "Read users" }));
  expect(screen.getByLabelText("Description").getAttribute("aria-invalid")).toBe("true");
  expect(posts()).toEqual([]);
});

test("creates a key, and shows its secret until it is stored", async () => {
  const { person, fill, submit, posts } = await openForm("owner");
  await fill();
  const origins = screen.getByLabelText("Sites that can embed its views");
  const described = () => document.getElementById(origins.getAttribute("aria-describedby") ?? "")?.textContent;
  expect(described()).toContain("While this is empty, no site can embed the views.");
  await person.type(origins, "https://pacs.example/");
  expect(described()).not.toContain("While this is empty");
  await person.click(screen.getByRole("radio", { name: "Only its own views" }));
  await submit();
  const dialog = await screen.findByRole("dialog", { name: "The secret of Night script" });
  expect(within(dialog).getByLabelText("Secret")).toHaveProperty("value", SECRET);
  expect(posts()[0]?.body).toEqual({
    description: "Night script",
    scopes: ["access:issue"],
    embedOrigins: ["https://pacs.example"],
    accessScope: "self",
  });
  await person.click(within(dialog).getByRole("button", { name: "Close" }));
  expect(within(dialog).getByRole("status").textContent).toContain("Store the secret, then check");
  await person.click(within(dialog).getByRole("checkbox", { name: "I have stored it" }));
  await person.click(within(dialog).getByRole("button", { name: "Close" }));
  const row = await screen.findByRole("row", { name: /Night script/ });
  await waitFor(() => expect(document.activeElement).toBe(row));
  expect(document.body.textContent).not.toContain(SECRET);
});

test("the secret can be copied", async () => {
  const { person, fill, submit } = await openForm("owner");
  await fill();
  await submit();
  await person.click(await screen.findByRole("button", { name: "Copy" }));
  await screen.findByText("Copied.");
  expect(await navigator.clipboard.readText()).toBe(SECRET);
});

test("where copying is not allowed, the secret is selected", async () => {
  const { person, fill, submit } = await openForm("owner");
  await fill();
  await submit();
  const button = await screen.findByRole("button", { name: "Copy" });
  vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("denied"));
  await person.click(button);
  await screen.findByText(/copy it with the keyboard/);
  const field = screen.getByLabelText("Secret") as HTMLInputElement;
  expect([field.selectionStart, field.selectionEnd]).toEqual([0, SECRET.length]);
});

test("leaving the page asks first while the secret is not stored", async () => {
  const { person, router, fill, submit } = await openForm("owner");
  await fill();
  await submit();
  await screen.findByRole("dialog", { name: "The secret of Night script" });
  const leaves = () => window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(leaves()).toBe(false);
  void router.navigate({ to: "/users" });
  await new Promise((done) => setTimeout(done, 50));
  expect(screen.getByLabelText("Secret")).toHaveProperty("value", SECRET);
  await person.click(screen.getByRole("checkbox", { name: "I have stored it" }));
  expect(leaves()).toBe(true);
});

test("a sign-out in another tab takes the page, and the secret only after it is stored", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {});
  const { person, fill, submit } = await openForm("owner");
  await fill();
  await submit();
  const dialog = await screen.findByRole("dialog", { name: "The secret of Night script" });
  otherTab().tell("signedOut");
  await waitFor(() => expect(screen.queryByRole("heading", { name: "API keys" })).toBeNull());
  expect(within(dialog).getByLabelText("Secret")).toHaveProperty("value", SECRET);
  expect(assign).not.toHaveBeenCalled();
  await person.click(within(dialog).getByRole("checkbox", { name: "I have stored it" }));
  await person.click(within(dialog).getByRole("button", { name: "Close" }));
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/sign-in"));
  expect(document.body.textContent).not.toContain(SECRET);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("the password is asked for in between", async () => {
  const { person, fill, submit, posts } = await openForm(
    "owner",
    problem(403, "password_needed", "Your password was not confirmed. Nothing was changed. Try again and confirm it."),
  );
  await fill();
  await submit();
  await person.type(await screen.findByLabelText("Password of olu@clinic.example"), "horse battery staple");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByRole("dialog", { name: "The secret of Night script" });
  expect(posts()).toHaveLength(2);
});

test("a session that ended loses nothing of the form", async () => {
  const { person, fill, submit } = await openForm("owner", problem(401, "unauthenticated", "Sign in."));
  await fill();
  await submit();
  const prompt = await screen.findByRole("dialog", { name: "Your session has ended" });
  await person.click(within(prompt).getByRole("button", { name: "Cancel" }));
  expect(screen.getByLabelText("Description")).toHaveProperty("value", "Night script");
  await submit();
  await screen.findByRole("dialog", { name: "The secret of Night script" });
});

test("what the API says of a field stands at the field", async () => {
  const errors = [{ field: "embedOrigins", code: "embed_origin_invalid", detail: "Send an origin without a path." }];
  const { fill, submit } = await openForm("owner", problem(422, "embed_origin_invalid", "", { errors }));
  await fill();
  await submit();
  await screen.findByRole("link", { name: "Sites that can embed its views" });
  const field = screen.getByLabelText(/can embed its views/);
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement?.textContent).toContain("Send an origin without a path.");
});

test("a lost answer says that a key may be there without its secret", async () => {
  const { fill, submit } = await openForm(
    "owner",
    problem(503, "unavailable", "AutoScribe can't answer right now. Try again in a moment."),
  );
  await fill();
  await submit();
  await screen.findByText("AutoScribe can't answer right now. Try again in a moment.");
  expect(screen.getByText(/may have been created without its secret/)).toBeTruthy();
});
