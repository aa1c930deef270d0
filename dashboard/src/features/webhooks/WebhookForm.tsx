import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { Problem } from "../../api/problem";
import { type WebhookDraft, webhookFaults, webhookLabels } from "../../rules/webhookDraft";
import { TextField } from "../../ui/Field";
import { FormProblems } from "../../ui/FormProblems";
import { UnsavedChanges } from "../../ui/UnsavedChanges";
import { textField, useForm } from "../../ui/useForm";
import { EventFields } from "./EventFields";

/** Creates or changes a webhook. */
export function WebhookForm<Saved>(props: {
  title: string;
  action: string;
  busy: string;
  initial: WebhookDraft;
  save: (draft: WebhookDraft) => Promise<Saved>;
  onSaved: (saved: Saved) => void;
  onCancel: () => void;
  /** What another address means, if it is changed. */
  moved?: ReactNode;
  /** What a lost answer may mean. */
  lost?: string;
}) {
  const { initial } = props;
  const form = useForm<WebhookDraft>(() => initial, webhookFaults);
  // The answer can hold a secret. Nothing keeps it once it was shown.
  const save = useMutation({ mutationFn: props.save, onSuccess: props.onSaved, onError: form.refuse, gcTime: 0 });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const noAnswer = save.error instanceof Problem && (save.error.status === 0 || save.error.status >= 500);
  return (
    <form
      className="card panel"
      noValidate
      aria-labelledby="webhook-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.isPending && form.check()) save.mutate(form.draft);
      }}
    >
      <h2 id="webhook-form" ref={heading} tabIndex={-1}>
        {props.title}
      </h2>
      <UnsavedChanges unsaved={JSON.stringify(form.draft) !== JSON.stringify(initial)} />
      <FormProblems attempts={form.attempts} faults={form.faults} labels={webhookLabels} error={save.error}>
        {noAnswer && props.lost && <p>{props.lost}</p>}
      </FormProblems>
      <TextField
        label={webhookLabels.url}
        hint={
          <>
            Starts with https, and can be reached from the internet. Such as: https://pacs.example/autoscribe.
            {props.moved && form.draft.url.trim() !== initial.url && <strong> {props.moved}</strong>}
          </>
        }
        type="url"
        autoComplete="off"
        spellCheck={false}
        {...textField(form, "url")}
      />
      <TextField
        label={webhookLabels.description}
        hint="What the receiver is. Such as: PACS Riverside, production."
        autoComplete="off"
        {...textField(form, "description")}
      />
      <EventFields form={form} />
      <div className="actions">
        <button className="first" type="submit" aria-disabled={save.isPending}>
          {save.isPending ? props.busy : props.action}
        </button>
        <button type="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
