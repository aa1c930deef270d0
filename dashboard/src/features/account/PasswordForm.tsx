import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type PasswordDraft, passwordFaults, passwordLabels } from "../../rules/password";
import { PASSWORD_HINT } from "../../rules/passwordWords";
import type { Word } from "../../rules/words";
import { Checkbox, TextField } from "../../ui/Field";
import { FormProblems } from "../../ui/FormProblems";
import { Status } from "../../ui/Status";
import { textField, useForm } from "../../ui/useForm";
import { changePassword } from "./queries";

const empty: PasswordDraft = { currentPassword: "", newPassword: "" };
const done: Word = { text: "Your password was changed. Your other sessions have ended.", tone: "good" };

/** Changes the password. Other sessions end with it. */
export function PasswordForm({ email }: { email: string }) {
  const form = useForm<PasswordDraft>(() => empty, passwordFaults);
  const [shown, setShown] = useState(false);
  const [changed, setChanged] = useState(false);
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: () => {
      form.start(empty);
      setShown(false);
      setChanged(true);
    },
    onError: form.refuse,
    // Neither password stays in memory.
    gcTime: 0,
  });
  const type = shown ? "text" : "password";
  return (
    <form
      className="card panel"
      noValidate
      aria-labelledby="password"
      onSubmit={(event) => {
        event.preventDefault();
        setChanged(false);
        if (!change.isPending && form.check()) change.mutate(form.draft);
      }}
    >
      <h2 id="password">Change password</h2>
      <FormProblems attempts={form.attempts} faults={form.faults} labels={passwordLabels} error={change.error} />
      <input type="text" autoComplete="username" value={email} readOnly hidden />
      <TextField
        label={passwordLabels.currentPassword}
        type={type}
        autoComplete="current-password"
        spellCheck={false}
        {...textField(form, "currentPassword")}
      />
      <TextField
        label={passwordLabels.newPassword}
        hint={PASSWORD_HINT}
        type={type}
        autoComplete="new-password"
        spellCheck={false}
        {...textField(form, "newPassword")}
      />
      <Checkbox
        label="Show password"
        explanation="Only where no one else sees your screen."
        checked={shown}
        onChange={setShown}
      />
      <div className="actions">
        <button className="first" type="submit" aria-disabled={change.isPending}>
          Change password
        </button>
      </div>
      <p role="status">{changed && <Status word={done} />}</p>
    </form>
  );
}
