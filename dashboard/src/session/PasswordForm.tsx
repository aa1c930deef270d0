import { useState } from "react";
import { api, data } from "../api/client";
import { TextField } from "../ui/Field";
import { ProblemNote } from "../ui/ProblemNote";

/** Asks for the password of an address that is known. */
export function PasswordForm(props: {
  email: string;
  action: string;
  submit: (password: string) => Promise<void>;
  onCancel: () => void;
}) {
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  return (
    <form
      noValidate
      onSubmit={async (event) => {
        event.preventDefault();
        setBusy(true);
        setError(null);
        await props.submit(password).catch(setError);
        setBusy(false);
      }}
    >
      {error ? <ProblemNote error={error} /> : null}
      <input type="text" autoComplete="username" value={props.email} readOnly hidden />
      <TextField
        label={`Password of ${props.email}`}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      <div className="actions">
        <button className="first" type="submit" disabled={busy || !password}>
          {props.action}
        </button>
        <button type="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** Begins a session for the same person in the same clinic. */
export function signInAgain(email: string, clinicId: string, password: string) {
  return data(api.POST("/v1/session", { body: { email, password, clinicId } }));
}

/** Confirms the password of this session for ten minutes. */
export function confirmPassword(password: string) {
  return data(api.POST("/v1/session/confirm", { body: { password } }));
}
