import type { components } from "../api/schema";

type ProblemBody = Partial<components["schemas"]["ProblemBody"]>;

/**
 * What a person at the dashboard reads for the codes that they can meet. The API words them for developers. It keeps
 * its own words for every other code.
 */
export const problemWords: Readonly<Record<string, string>> = {
  unauthenticated: "Your session has ended. Sign in, then try again.",
  password_needed: "Your password was not confirmed. Nothing was changed. Try again and confirm it.",
  clinic_changed: "You changed to another clinic in another tab. Nothing was changed. Reload this page.",
  forbidden: "Your permissions do not include this. Ask an owner or admin. Only an owner can change an owner.",
  cross_site_request: "Your browser did not say which page you are on. Reload this page, then try again.",

  conflict: "Someone else changed something at the same moment. Try again.",
  request_in_progress: "The first try is still running. Wait a moment, then try again.",
  idempotency_key_reused: "This form was already sent with other entries. Reload this page to see what was saved.",
  body_too_large: "This is too much at once. Shorten it, then try again.",
  internal: "Something went wrong at AutoScribe. Try again in a moment.",
  unavailable: "AutoScribe can't answer right now. Try again in a moment.",

  too_many_attempts: "There were too many attempts. Wait, then try again.",
  too_many_npi_lookups: "There were too many NPI lookups. Wait, then try again.",
  resend_too_soon: "An invitation can be resent once a minute. Wait, then try again.",
  invitation_quota: "Your clinic has sent all of today's invitations. Continue tomorrow.",

  required: "Fill in this field.",
  unknown_field: "AutoScribe does not know this field. Reload this page, then try again.",
  email_invalid: "Enter the whole email address, such as anna@clinic.example.",
  email_too_long: "Enter an address of at most 254 characters.",
  email_local_part_not_ascii: "Enter an address without accents or other special letters before the @.",
  name_length: "Use 100 characters at most.",
  name_characters: "Remove line breaks, invisible characters, and < > : @.",
  name_looks_like_link: "This looks like a web address. Remove slashes, and put a space after each period.",
  name_digits: "Use 4 digits at most.",
  phone_invalid: "Enter 10 to 15 digits.",
  clinic_role_unknown: "Choose a role from the list.",
  owner_not_assignable: "No one can be made an owner here. An owner can transfer ownership on the page Clinic.",
  admin_needs_dashboard: "An admin needs dashboard access.",

  npi_invalid: "This is not an NPI. Check for a wrong or swapped digit.",
  npi_required: "Enter the NPI. Creating reports needs one.",
  npi_not_found: "NPPES, the NPI registry, has no person with this number. Check the number.",
  npi_deactivated: "NPPES, the NPI registry, lists this NPI as deactivated. A person can't create reports with it.",
  npi_in_use: "Someone else in the clinic has this NPI.",
  npi_not_attestable: "There is nothing to attest any more. Reload this page to see the NPI as it is now.",
  cannot_attest_self: "You can't attest your own NPI. Ask another owner or admin.",

  last_admin: "This is the clinic's last active owner or admin. Make someone else an owner or admin first.",
  last_owner: "This is the clinic's last active owner. Transfer ownership first.",
  cannot_revoke_self: "You can't deactivate yourself. Ask another owner or admin.",

  already_invited: "This address is already invited. Resend or revoke that invitation.",
  already_member: "This person is already in the clinic.",
  user_deactivated: "This person is deactivated. Reactivate them first, or release them to invite them again.",
  user_released: "This person was released. Invite them again.",
  user_active: "This person is active. Deactivate them first.",
  address_reassigned:
    "This address may belong to someone else by now. Release this user, then invite the person again.",

  invitation_accepted: "The person has confirmed this invitation. Change or deactivate the user instead.",
  invitation_rejected: "The person has declined this invitation. Send a new invitation instead.",
  invitation_revoked: "This invitation was revoked. Send a new invitation instead.",
  invitation_expired: "This invitation has expired. Resend it first.",
  invitation_not_confirmed: "The person has not confirmed the invitation yet. Resend it, and wait until they do.",
  invitation_not_found: "This invitation does not exist.",

  webhook_url_invalid:
    "Enter an https address with a domain name, such as https://pacs.example/autoscribe, without a port or a user name.",
  too_many_webhooks:
    "Your clinic has 10 webhooks, or ended too many in the last 30 days. End one, or change one instead.",
  webhook_not_active: "This webhook does not work now. Its receiver must answer a challenge first.",
  webhook_ended: "This webhook was ended. Create a new one.",
  too_many_secrets:
    "Four secrets of this webhook are in use. Wait until an older one ends, or let the older ones end at once.",
  webhook_not_found: "This webhook does not exist.",
  challenge_too_soon: "A challenge can be sent once a minute. Wait, then try again.",
  replay_running: "Events of this webhook are being sent again already. Try again when that is done.",
  review_not_ready: "The latest changes are not in the access review yet. Try again in a moment.",
  date_out_of_range: "Choose today or an earlier day, but none before your clinic was created.",
  delivery_not_found: "This delivery is no longer kept. Deliveries are kept for 30 days.",
};

/** A refusal of the API with these words, at its fields too. What is not a refusal stays as it is. */
export function reword<Body>(body: Body): Body {
  if (typeof body !== "object" || body === null) return body;
  const { code = "", errors } = body as ProblemBody;
  const own = problemWords[code];
  return {
    ...body,
    ...(own && { detail: own }),
    ...(errors && { errors: errors.map((error) => ({ ...error, detail: problemWords[error.code] ?? error.detail })) }),
  };
}
