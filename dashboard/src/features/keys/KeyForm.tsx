import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Problem } from "../../api/problem";
import { emptyKey, type KeyDraft, keyFaults, keyLabels, keyRequest, opensViews } from "../../rules/keys";
import { Field, TextField } from "../../ui/Field";
import { FormProblems } from "../../ui/FormProblems";
import { UnsavedChanges } from "../../ui/UnsavedChanges";
import { textField, useForm } from "../../ui/useForm";
import { AccessScopeField } from "./AccessScopeField";
import { createKey, type NewApiKey } from "./queries";
import { ScopeFields } from "./ScopeFields";

/** Creates a key. */
export function KeyForm(props: { isOwner: boolean; onCreated: (key: NewApiKey) => void; onCancel: () => void }) {
  const form = useForm<KeyDraft>(() => emptyKey, keyFaults);
  // The answer holds the secret. Nothing keeps it once it was shown.
  const create = useMutation({ mutationFn: createKey, onSuccess: props.onCreated, onError: form.refuse, gcTime: 0 });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <form
      className="card panel"
      noValidate
      aria-labelledby="new-key"
      onSubmit={(event) => {
        event.preventDefault();
        if (!create.isPending && form.check()) create.mutate(keyRequest(form.draft));
      }}
    >
      <h2 id="new-key" ref={heading} tabIndex={-1}>
        Create an API key
      </h2>
      <UnsavedChanges unsaved={JSON.stringify(form.draft) !== JSON.stringify(emptyKey)} />
      <FormProblems attempts={form.attempts} faults={form.faults} labels={keyLabels} error={create.error}>
        {create.error instanceof Problem && (create.error.status === 0 || create.error.status >= 500) && (
          <p>The key may have been created without its secret. If the list shows it, revoke it.</p>
        )}
      </FormProblems>
      <TextField
        label={keyLabels.description}
        hint="What the key is for, and where its secret is stored. Such as: PACS Riverside, production."
        autoComplete="off"
        {...textField(form, "description")}
      />
      <ScopeFields form={form} isOwner={props.isOwner} />
      {opensViews(form.draft) && (
        <>
          <Field
            label={keyLabels.embedOrigins}
            hint={
              <>
                The origins of your PACS, one per line, such as https://pacs.example.
                {form.draft.embedOrigins.trim() === "" && (
                  <>
                    {" "}
                    <strong>
                      While this is empty, no site can embed the views. Your PACS can only open them in a new tab.
                    </strong>
                  </>
                )}
              </>
            }
            wrong={form.faults.get("embedOrigins")}
          >
            {(control) => (
              <textarea
                {...control}
                name="embedOrigins"
                spellCheck={false}
                value={form.draft.embedOrigins}
                onChange={(event) => form.change({ embedOrigins: event.target.value })}
                onBlur={() => form.leave("embedOrigins")}
              />
            )}
          </Field>
          <AccessScopeField form={form} />
        </>
      )}
      <ExpiryField form={form} />
      <div className="actions">
        <button className="first" type="submit" aria-disabled={create.isPending}>
          {create.isPending ? "Creating…" : "Create key"}
        </button>
        <button type="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function ExpiryField({ form }: { form: ReturnType<typeof useForm<KeyDraft>> }) {
  const [today] = useState(() => new Intl.DateTimeFormat("en-CA").format(new Date()));
  return (
    <TextField
      label={`${keyLabels.expiresAt} (optional)`}
      hint="The key stops working at the end of this day in your time zone. If empty, the key works until someone revokes it."
      type="date"
      min={today}
      {...textField(form, "expiresAt")}
    />
  );
}
