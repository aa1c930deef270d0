import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api, data, type Schemas } from "../../api/client";
import { draftOf, personChanges } from "../../rules/personDraft";
import { personFaults, personLabels } from "../../rules/personFaults";
import { FormProblems } from "../../ui/FormProblems";
import { Abilities } from "../../ui/person/Abilities";
import { NpiField } from "../../ui/person/NpiField";
import { PermissionFields } from "../../ui/person/PermissionFields";
import { PersonFields } from "../../ui/person/PersonFields";
import { UnsavedChanges } from "../../ui/UnsavedChanges";
import { useForm } from "../../ui/useForm";
import { InviteRefused } from "./InviteRefused";
import { isOpen, statusWord } from "./lifecycle";
import type { Invitation } from "./queries";

/** Changes what an open invitation offers. Only the fields that were changed are sent. */
export function EditInvitation({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { invitationId, email } = invitation;
  const open = isOpen(invitation);
  // What was there when the form opened. A change by someone else meanwhile is not sent back.
  const [before] = useState(() => draftOf(invitation));
  const form = useForm(() => before, personFaults);
  const edit = useMutation({
    mutationFn: (body: Schemas["ChangeRequest"]) =>
      data(api.PATCH("/v1/autoScribe/users/invitations/{invitationId}", { params: { path: { invitationId } }, body })),
  });
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const changes = personChanges(before, form.draft);
  const unchanged = Object.keys(changes).length === 0;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (edit.isPending || !open) return;
    edit.reset();
    if (!form.check()) return;
    if (unchanged) onClose();
    else edit.mutate(changes, { onError: form.refuse, onSuccess: onClose });
  };
  return (
    <form className="narrow" noValidate onSubmit={save}>
      <h2 ref={title} tabIndex={-1}>
        Edit the invitation
      </h2>
      <UnsavedChanges unsaved={open && !unchanged} />
      <p className="quiet">
        The link in the email to {email} stays the same. To change the address, use{" "}
        <Link to="/users/invitations/new" search={{ from: invitationId }}>
          Correct the address
        </Link>
        .
      </p>
      <FormProblems attempts={form.attempts} faults={form.faults} labels={personLabels} error={edit.error}>
        <InviteRefused error={edit.error} />
      </FormProblems>
      <div role="status">
        {!open && (
          <p className="note">
            This invitation is {statusWord(invitation).text.toLowerCase()} now. It can't be edited any more, and nothing
            was saved.
          </p>
        )}
      </div>
      <PersonFields form={form} />
      <PermissionFields form={form} npi={<NpiField form={form} saved={before} />} />
      <Abilities draft={form.draft} title={`With these changes, ${form.draft.firstName} can:`} />
      <div className="actions">
        {open && (
          <button className="first" type="submit" aria-disabled={edit.isPending}>
            {edit.isPending ? "Saving…" : "Save"}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {open ? "Cancel" : "Close"}
        </button>
      </div>
    </form>
  );
}
