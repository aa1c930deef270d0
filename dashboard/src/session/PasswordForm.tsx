import { useRef, useState } from "react";
import { Problem } from "../api/problem";
import { TextField } from "../ui/Field";
import { ProblemNote } from "../ui/ProblemNote";

/** The codes of a password that was judged and is wrong. */
const WRONG = ["credentials_wrong", "password_wrong"];

/** Asks for the password of an address that is known. */
export function PasswordForm(props: {
  email: string;
  action: string;
  submit: (password: string) => Promise<void>;
  onCancel: () => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const wrong = error instanceof Problem && WRONG.includes(error.code);
  const send = async () => {
    if (busy || !password) return;
    setBusy(true);
    setError(null);
    await props.submit(password).catch((refused) => {
      setError(refused);
      form.current?.querySelector<HTMLInputElement>("input[type=password]")?.focus();
    });
    setBusy(false);
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {error && !wrong ? <ProblemNote error={error} onRetry={() => void send()} /> : null}
      <input type="text" autoComplete="username" value={props.email} readOnly hidden />
      <TextField
        label={`Password of ${props.email}`}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        wrong={wrong ? "This password is wrong. Try again." : undefined}
      />
      <div className="actions">
        <button className="first" type="submit" aria-disabled={busy || !password}>
          {props.action}
        </button>
        <button type="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
