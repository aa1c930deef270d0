import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type AuditEvent, auditActions, auditSentence, idsIn } from "./audit";
import { changesOf } from "./auditChanges";
import { disabled, keyChanges, refusals, requested } from "./auditDetails";

const olu = "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const anna = "usr_0192eeeeeeeeeeeeeeeeeeeeeeeeeeee";
const invited = "inv_0192eeeeeeeeeeeeeeeeeeeeeeeeeeee";
const key = "key:0192aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa";
const webhook = "whk_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const names = new Map([
  [olu, "Olu Adeyemi"],
  [anna, "Anna Berg"],
  [invited, "Anna Berg"],
  [key, "Front desk PACS"],
  [webhook, "Front desk PACS"],
]);
const reader = {
  level: "member",
  canManageStudies: false,
  canCreateReports: true,
  hasDashboardAccess: false,
  npiNumber: "1234567893",
  npiVerification: "verified",
} as const;

function event(change: Partial<AuditEvent>): AuditEvent {
  return {
    eventId: "evt_1",
    at: "2026-11-27T09:00:00.000Z",
    actor: olu,
    action: "user.edited",
    object: anna,
    ...change,
  };
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

/** The names in the service's own list. */
function named(path: string, type: string): string[] {
  const code = read(path);
  const start = code.indexOf(`impl ${type} {`);
  const body = code.slice(
    code.indexOf("fn as_str", start),
    code.indexOf("\n    }\n", code.indexOf("fn as_str", start)),
  );
  return [...body.matchAll(/Self::\w+(?:\(_\))? => "([^"]+)"/g)].map((match) => match[1] ?? "");
}

const AUDIT = "../../../shared/domain/src/audit.rs";
const WEBHOOKS = "../../../shared/domain/src/webhook/endpoint.rs";
const KEYS = "../../../shared/domain/src/credentials/key_set.rs";

test("every action of the service has a sentence, and no other does", () => {
  const actions = named(AUDIT, "AuditAction");
  expect(actions).toContain("user.edited");
  expect(Object.keys(auditActions).sort()).toEqual(actions.sort());
});

test("every action of the security documentation has a sentence", () => {
  const lines = read("../../../docs/SECURITY.md").split("\n");
  const row = lines.find((line) => line.startsWith("| `an` |")) ?? "";
  let group = "";
  const actions = [...row.matchAll(/`([a-z_]*)(\.[a-z_]+)`/g)].map(([, start, end]) => {
    group = start || group;
    return `${group}${end}`;
  });
  expect(actions).toContain("invitation.accepted");
  for (const action of actions) expect(auditActions, action).toHaveProperty([action]);
});

test("every reason and every step has words", () => {
  expect(Object.keys(refusals).sort()).toEqual(named(AUDIT, "AccessRefusal").sort());
  expect(Object.keys(keyChanges).sort()).toEqual(named(KEYS, "KeyChange").sort());
  expect(Object.keys(requested).sort()).toEqual(named(WEBHOOKS, "RequestedDelivery").sort());
  expect(Object.keys(disabled).sort()).toEqual(named(WEBHOOKS, "DisabledReason").sort());
});

test("no sentence shows an id or a code", () => {
  for (const action of Object.keys(auditActions)) {
    const sentence = auditSentence(event({ action, object: invited, after: reader }), names);
    expect(sentence, action).not.toMatch(/_|undefined|null/);
    expect(sentence, action).toMatch(/^[A-Z]/);
  }
});

test.each<[Partial<AuditEvent>, string]>([
  [
    {
      action: "invitation.created",
      object: invited,
      after: reader,
      nameAfter: { firstName: "Anna", lastName: "Hale" },
    },
    "Olu Adeyemi invited Anna Hale as a member",
  ],
  [{ action: "invitation.created", actor: key, object: invited }, "The API key “Front desk PACS” invited Anna Berg"],
  [{ action: "invitation.accepted", actor: invited, object: invited }, "Anna Berg confirmed the invitation"],
  [{ action: "user.deactivated" }, "Olu Adeyemi deactivated Anna Berg"],
  [{ action: "user.edited" }, "Olu Adeyemi changed the role or the phone number of Anna Berg"],
  [{ action: "user.edited", before: reader, after: { ...reader, level: "admin" } }, "Olu Adeyemi changed Anna Berg"],
  [
    { action: "session.locked", actor: "system" },
    "Too many wrong passwords locked the sign-in of Anna Berg for a while",
  ],
  [
    { action: "npi.verification_changed", actor: "system", after: { ...reader, npiVerification: "deactivated" } },
    "The NPI registry was asked about Anna Berg again: NPI deactivated",
  ],
  [
    {
      action: "access.issued",
      detail: "dictation",
      actor: key,
      object: "acc_1",
      userId: anna,
      study: { studyId: "stu_1" },
    },
    "The API key “Front desk PACS” assigned a study and created a dictation link: study stu_1, for Anna Berg",
  ],
  [
    { action: "access.issued", detail: "viewer_only", object: "acc_1" },
    "Olu Adeyemi created a read-only link: a view without a study, not for a specific person",
  ],
  [
    { action: "access.refused", detail: "used", actor: "acc_1", object: "acc_1", userId: anna },
    "A view was blocked, because its link had been opened before: a view without a study, for Anna Berg",
  ],
  [{ action: "api_key.rotated", object: key }, "Olu Adeyemi made a new secret for the API key “Front desk PACS”"],
  [{ action: "api_key.revoked", object: "key:unknown" }, "Olu Adeyemi revoked an API key"],
  [
    { action: "clinic.ownership_transferred", after: { ...reader, level: "owner" } },
    "Olu Adeyemi made Anna Berg an owner of the clinic",
  ],
  [
    { action: "clinic.ownership_transferred", object: olu, after: reader },
    "Olu Adeyemi stopped being an owner of the clinic",
  ],
  [
    { action: "clinic.edited", actor: "operator", object: "clinic:1" },
    "The AutoScribe operator changed the clinic's settings",
  ],
  [{ action: "email.requeued", actor: "operator" }, "The AutoScribe operator sent an email again"],
  [
    { action: "item.marked", actor: "operator" },
    "The AutoScribe operator set aside data of Anna Berg that can't be read",
  ],
  [{ action: "feed.restarted", actor: "operator" }, "The AutoScribe operator started the event feed again"],
  [{ action: "user.deactivated", actor: "usr_gone" }, "Someone deactivated Anna Berg"],
  [{ action: "webhook.created", object: webhook }, "Olu Adeyemi created the webhook “Front desk PACS”"],
  [
    { action: "webhook.delivery_requested", object: "whk_unknown", detail: "test" },
    "Olu Adeyemi sent a test event to a webhook",
  ],
  [
    { action: "webhook.disabled", actor: "system", object: webhook, detail: "gone" },
    "AutoScribe disabled the webhook “Front desk PACS”, because its receiver wants no more events",
  ],
  [{ action: "webhook.newer" }, "Olu Adeyemi did something that this page can't describe. Reload the page to see it"],
])("%j", (change, sentence) => {
  expect(auditSentence(event(change), names)).toBe(sentence);
});

test("a renamed person is called as they were called then", () => {
  const renamed = event({
    nameBefore: { firstName: "Anna", lastName: "Hale" },
    nameAfter: { firstName: "Anna", lastName: "Berg" },
  });
  expect(auditSentence(renamed, names)).toBe("Olu Adeyemi changed Anna Hale");
  expect(changesOf(renamed)).toEqual([{ what: "Name", before: "Anna Hale", after: "Anna Berg" }]);
});

test("the receiver of a webhook before and after is its host", () => {
  const moved = event({ object: webhook, receiverBefore: "one.example", receiverAfter: "two.example" });
  expect(changesOf(moved)).toEqual([{ what: "Receiver", before: "one.example", after: "two.example" }]);
});

test("permissions before and after are in words, and what stayed is left out", () => {
  const after = { ...reader, level: "admin", hasDashboardAccess: true } as const;
  expect(changesOf(event({ before: reader, after }))).toEqual([
    { what: "Permissions", before: "Reports, PACS only", after: "Admin, Reports, Studies, Dashboard" },
  ]);
  expect(changesOf(event({ before: reader, after: reader }))).toEqual([]);
});

test("an NPI before and after is in words", () => {
  const before = { ...reader, npiVerification: "name_mismatch" } as const;
  expect(changesOf(event({ before, after: { ...reader, npiAttestedBy: olu } }))).toEqual([
    { what: "NPI", before: "1234567893, NPI under a different name", after: "1234567893, NPI verified, attested" },
  ]);
});

test("a sentence needs the names of the actor, the object and the reader", () => {
  expect(idsIn(event({ actor: key, object: "acc_1", userId: anna }))).toEqual([key, anna]);
  expect(idsIn(event({ actor: "system", object: "clinic:1" }))).toEqual([]);
  expect(idsIn(event({ object: webhook }))).toEqual([olu, webhook]);
});
