import { screen } from "@testing-library/react";
import type { Schemas } from "../api/client";
import { invitation, problem, type Sent, serveApi, session } from "./api";
import { openPage } from "./page";

const PATH = "POST /v1/autoScribe/users/batch";

type Invite = Schemas["InviteRequest"];
/** The people of a request. */
export const usersOf = (sent: Sent) => (sent.body as { users: Invite[] }).users;
export const keyOf = (sent: Sent) => sent.headers.get("idempotency-key");

/** Invites everyone that `refuse` does not refuse. */
export function answer(sent: Sent, refuse: (user: Invite) => Record<string, unknown> | null = () => null) {
  const results = usersOf(sent).map((user, index) => {
    const error = refuse(user);
    if (error) return { index, status: error.status, error };
    const id = `inv_${user.email.split("@")[0]}`;
    return { index, status: 201, user: { ...invitation(), invitationId: id, invitationStatus: "sent" } };
  });
  return { status: 207, body: { results } };
}

/** Why one person of a request was refused. */
export const refusal = (...args: Parameters<typeof problem>) => problem(...args).body as Record<string, unknown>;

/** A spreadsheet of this many people. `change` replaces rows. */
export function sheet(count: number, change: (index: number) => string | null = () => null): string {
  const rows = Array.from({ length: count }, (_, index) => change(index + 1) ?? `p${index + 1}@b.example\tPat\tHale`);
  return ["E-mail\tFirst name\tSurname", ...rows].join("\r\n");
}

/** Opens the page and pastes. */
export async function paste(text: string) {
  const page = openPage("/users/invitations/import");
  await page.person.click(await screen.findByLabelText("List of people"));
  await page.person.paste(text);
  await page.person.click(screen.getByRole("button", { name: "Continue" }));
  return page;
}

/** The same, with a role for everyone. */
export async function pasteWithRole(text: string) {
  const page = await paste(text);
  await page.person.selectOptions(await screen.findByLabelText("Role"), "Radiologist");
  return page;
}

export const batches = (sent: Sent[]) => sent.filter((one) => `${one.method} ${one.path}` === PATH);

/** By id, since finding one of many rows by its role is slow. */
export function row(id: number): HTMLElement {
  const found = document.getElementById(`row-${id}`);
  if (!found) throw new Error(`no row ${id}`);
  return found;
}

/** Answers `GET /v1/session` and the batch. */
export function serve(
  batch: (sent: Sent) => ReturnType<typeof answer> | ReturnType<typeof problem>,
  more = {},
): Sent[] {
  return serveApi({ "GET /v1/session": session(), [PATH]: batch, ...more });
}
