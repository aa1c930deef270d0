import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { fullName } from "../../rules/names";
import { permissionWords } from "../../rules/permissions";
import { mergeEntries } from "../../rules/personDiff";
import { draftOf, grants, type PersonDraft, personChanges } from "../../rules/personDraft";
import { personFaults, personLabels } from "../../rules/personFaults";
import { useSession } from "../../session/queries";
import { FormProblems } from "../../ui/FormProblems";
import { NpiField } from "../../ui/person/NpiField";
import { PermissionFields } from "../../ui/person/PermissionFields";
import { PersonFields } from "../../ui/person/PersonFields";
import { UnsavedChanges } from "../../ui/UnsavedChanges";
import { useForm } from "../../ui/useForm";
import { EditRefused } from "./EditRefused";
import { KeysDialog, undecidedKeys } from "./KeysDialog";
import type { User } from "./queries";
import { isSelf } from "./rights";
import { ChangedMeanwhile, saveUser } from "./saveUser";
import { type KeyDecision, showUser } from "./userQueries";

const OWNER = "Owners stay owners until they transfer ownership on the Clinic page.";

const SELF =
  "No one can verify their own NPI. If you change your own last name or NPI, another owner or admin may have to attest it.";

/** The form that changes a person. What was entered survives a change by someone else. */
export function UserEdit(props: { user: User; onSaved: () => void; onCancel: () => void }) {
  const [base, setBase] = useState(props.user);
  const form = useForm<PersonDraft>(() => draftOf(props.user), personFaults);
  const queries = useQueryClient();
  const self = isSelf(useSession(), props.user);
  const save = useMutation({
    mutationFn: (keys: KeyDecision | null) => saveUser({ base, draft: form.draft, ...(keys && { keys }) }),
    onSuccess: (user) => {
      showUser(queries, user);
      props.onSaved();
    },
    onError: (error) => {
      if (undecidedKeys(error)) return;
      if (error instanceof ChangedMeanwhile) {
        form.change(mergeEntries(draftOf(base), form.draft, draftOf(error.user)));
        setBase(error.user);
      }
      form.refuse(error);
    },
  });
  const keys = undecidedKeys(save.error);
  const name = fullName(base);
  const unchanged = Object.keys(personChanges(draftOf(base), form.draft)).length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    save.reset();
    if (form.check()) save.mutate(null);
  };
  return (
    <form className="card panel narrow" noValidate onSubmit={submit} aria-labelledby="edit">
      <Title name={name} />
      <UnsavedChanges unsaved={!unchanged} />
      <FormProblems attempts={form.attempts} faults={form.faults} labels={personLabels} error={save.error}>
        <EditRefused error={save.error} />
      </FormProblems>
      <p>
        The address {base.email} can't change. If it is wrong, deactivate and release the person, then invite them
        again.
      </p>
      {self && <p className="note">{SELF}</p>}
      <PersonFields form={form} />
      <PermissionFields
        form={form}
        npi={<NpiField form={form} saved={draftOf(base)} />}
        {...(base.level === "owner" && { adminLocked: OWNER })}
      />
      <p role="status">{unchanged ? "No changes yet." : permissionChange(base, form.draft)}</p>
      <div className="actions">
        <button className="first" type="submit" disabled={unchanged}>
          {save.isPending ? "Saving…" : "Save"}
        </button>
        <button type="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
      {keys && (
        <KeysDialog
          name={name}
          undecided={keys}
          busy={save.isPending}
          onDecide={(decision) => save.mutate(decision)}
          onClose={() => save.reset()}
        />
      )}
    </form>
  );
}

/** Spoken while someone chooses, so that no permission changes by accident. */
function permissionChange(base: User, draft: PersonDraft): string {
  const [before, after] = [permissionWords(base).join(", "), permissionWords(grants(draft)).join(", ")];
  return before === after ? `Permissions stay: ${before}.` : `Permissions before: ${before}. After: ${after}.`;
}

function Title({ name }: { name: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <h2 id="edit" ref={title} tabIndex={-1}>
      Edit {name}
    </h2>
  );
}
