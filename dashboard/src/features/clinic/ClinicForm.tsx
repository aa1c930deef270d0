import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { clinicChange, clinicDraft, clinicFaults, clinicLabels } from "../../rules/clinicSettings";
import type { Word } from "../../rules/words";
import { TextField } from "../../ui/Field";
import { FormProblems } from "../../ui/FormProblems";
import { Status } from "../../ui/Status";
import { UnsavedChanges } from "../../ui/UnsavedChanges";
import { textField, useForm } from "../../ui/useForm";
import { changeClinic } from "./queries";
import { TimeZoneField } from "./TimeZoneField";

/** Changes the settings. The name is an owner's to change. */
export function ClinicForm({ settings, isOwner }: { settings: Schemas["ClinicSettingsView"]; isOwner: boolean }) {
  const [before, setBefore] = useState(() => clinicDraft(settings));
  const form = useForm(() => before, clinicFaults);
  const [said, setSaid] = useState<Word | null>(null);
  const save = useMutation({
    mutationFn: changeClinic,
    onSuccess: (saved) => {
      const next = clinicDraft(saved);
      setBefore(next);
      form.start(next);
      setSaid({ text: "Saved.", tone: "good" });
    },
    onError: form.refuse,
  });
  const change = clinicChange(before, form.draft);
  const changed = Object.keys(change).length > 0;
  const submit = () => {
    setSaid(null);
    if (save.isPending || !form.check()) return;
    if (changed) save.mutate(change);
    else setSaid({ text: "Nothing has changed.", tone: "plain" });
  };
  return (
    <form
      className="card panel"
      noValidate
      aria-labelledby="settings"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 id="settings">Settings</h2>
      <UnsavedChanges unsaved={changed} />
      <FormProblems attempts={form.attempts} faults={form.faults} labels={clinicLabels} error={save.error} />
      {isOwner ? (
        <TextField
          label={clinicLabels.name}
          hint="Shown in invitations and other emails."
          autoComplete="organization"
          {...textField(form, "name")}
        />
      ) : (
        <div className="field">
          <strong>{clinicLabels.name}</strong>
          <div>{settings.name}</div>
          <div className="hint">Only an owner can change the name.</div>
        </div>
      )}
      <TextField
        label={`${clinicLabels.replyTo} (optional)`}
        hint="Replies to emails go to this address, such as your front office."
        type="email"
        autoComplete="off"
        {...textField(form, "replyTo")}
      />
      <TextField
        label={clinicLabels.invitationDays}
        hint="1 to 30. For invitations sent or resent from now on."
        inputMode="numeric"
        {...textField(form, "invitationDays")}
      />
      <TextField
        label={clinicLabels.sessionIdleMinutes}
        hint="5 to 60. For people who sign in from now on."
        inputMode="numeric"
        {...textField(form, "sessionIdleMinutes")}
      />
      <TimeZoneField form={form} />
      <p className="quiet">
        The clinic can send {settings.invitationsPerDay.toLocaleString("en-US")} invitation emails a day. Ask the
        AutoScribe operator for more.
      </p>
      <div className="actions">
        <button className="first" type="submit" aria-disabled={save.isPending}>
          {save.isPending ? "Saving…" : "Save"}
        </button>
      </div>
      <p role="status">{said && <Status word={said} />}</p>
    </form>
  );
}
