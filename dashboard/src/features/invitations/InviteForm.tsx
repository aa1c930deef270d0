import { useCanGoBack, useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef } from "react";
import { Problem } from "../../api/problem";
import { fullName } from "../../rules/names";
import { inviteBody, type PersonDraft } from "../../rules/personDraft";
import { personFaults, personLabels } from "../../rules/personFaults";
import { useSession } from "../../session/queries";
import { TextField } from "../../ui/Field";
import { FormProblems } from "../../ui/FormProblems";
import { Abilities } from "../../ui/person/Abilities";
import { NpiField } from "../../ui/person/NpiField";
import { PermissionFields } from "../../ui/person/PermissionFields";
import { PersonFields } from "../../ui/person/PersonFields";
import { textField, useForm } from "../../ui/useForm";
import { InviteRefused } from "./InviteRefused";
import { NotRevoked } from "./NotRevoked";
import type { Source } from "./source";
import { storedDraft } from "./storedDraft";
import { OldOneStays, useInvite } from "./useInvite";

/** The form that invites a person. What was typed survives a reload. */
export function InviteForm({ source }: { source: Source }) {
  const stored = storedDraft(useSession(), source.from);
  const form = useForm(
    () => stored.read() ?? source.draft,
    (draft) => source.check(draft, personFaults(draft)),
  );
  const navigate = useNavigate();
  const invite = useInvite(source.replaces);
  useKept(form.draft, source.draft, stored);
  const element = useRef<HTMLFormElement>(null);
  const corrects = source.replaces !== null;
  useEffect(() => {
    if (corrects) element.current?.querySelector<HTMLElement>('[name="email"]')?.focus();
  }, [corrects]);
  const history = useRouter().history;
  const canGoBack = useCanGoBack();
  const cancel = () => {
    stored.remove();
    if (canGoBack) history.back();
    else void navigate({ to: "/users/invitations" });
  };

  const send = (event: FormEvent) => {
    event.preventDefault();
    if (invite.isPending) return;
    invite.reset();
    if (!form.check()) return;
    invite.mutate(inviteBody(form.draft), {
      onError: (error) => {
        if (error instanceof OldOneStays) stored.remove();
        form.refuse(error);
      },
      onSuccess: ({ invitationId }) => {
        stored.remove();
        void navigate({
          to: "/users/invitations/$invitationId",
          params: { invitationId },
          replace: true,
          state: { invited: true },
        });
      },
    });
  };
  if (invite.error instanceof OldOneStays) return <NotRevoked error={invite.error} old={source.replaces ?? ""} />;
  return (
    <form ref={element} className="narrow" noValidate onSubmit={send}>
      <FormProblems attempts={form.attempts} faults={form.faults} labels={personLabels} error={invite.error}>
        {source.replaces && invite.error && <OldOne revoked={invite.revoked} error={invite.error} />}
        <InviteRefused error={invite.error} about={source.replaces} />
      </FormProblems>
      <TextField
        label="Email address"
        type="email"
        autoComplete="off"
        hint="We'll send the invitation to this address. Only someone who reads this mailbox can confirm it."
        {...textField(form, "email")}
      />
      <PersonFields form={form} />
      <PermissionFields form={form} npi={<NpiField form={form} />} />
      <Abilities draft={form.draft} title={summary(form.draft)} />
      <div className="actions">
        <button className="first" type="submit" aria-disabled={invite.isPending}>
          {invite.isPending ? "Sending…" : "Send invitation"}
        </button>
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** What became of the invitation that is replaced, after the new one failed. A lost answer may have revoked it. */
function OldOne({ revoked, error }: { revoked: boolean; error: Error }) {
  if (revoked) return <p>The old invitation is revoked. The new one was not sent.</p>;
  return error instanceof Problem && error.status > 0 && <p>The old invitation was not revoked.</p>;
}

/** Stores each change of the draft. One that was never changed is not worth keeping. */
function useKept(draft: PersonDraft, initial: PersonDraft, stored: ReturnType<typeof storedDraft>): void {
  const kept = useRef(stored);
  useEffect(() => {
    if (JSON.stringify(draft) === JSON.stringify(initial)) kept.current.remove();
    else kept.current.write(draft);
  }, [draft, initial]);
}

function summary(draft: PersonDraft): string {
  return `The email will say that ${fullName(draft).trim() || "the person"} can:`;
}
