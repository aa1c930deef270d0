import { screen } from "@testing-library/react";
import { invitation, serveApi, session, user } from "./api";
import { openPage } from "./page";

export const PATH = "/users/invitations/new";
export const INVITE = "POST /v1/autoScribe/users";
export const invitationId = invitation().invitationId;

export function invited() {
  return { status: 201, body: { ...user({ level: "member" }), invitationId, invitationStatus: "sent" } };
}

type Routes = Parameters<typeof serveApi>[0];

/** Opens the form over these answers. */
export async function openForm(routes: Routes = {}, path = PATH) {
  const sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/invitations/*": invitation(),
    [INVITE]: invited,
    ...routes,
  });
  const page = openPage(path);
  await screen.findByRole("button", { name: "Send invitation" });
  return { ...page, sent, invites: () => sent.filter((one) => `${one.method} ${one.path}` === INVITE) };
}

export async function fillIn(person: Awaited<ReturnType<typeof openForm>>["person"]) {
  await person.type(screen.getByLabelText("Email address"), "anna@clinic.example");
  await person.type(screen.getByLabelText("First name"), "Anna");
  await person.type(screen.getByLabelText("Last name"), "Hale");
  await person.selectOptions(screen.getByLabelText("Role"), "Radiologist");
}

export const send = () => screen.getByRole("button", { name: "Send invitation" });
