import { useBlocker } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { Dialog } from "../Dialog";
import { Checkbox, Field } from "../Field";
import { useUnloadQuestion } from "../UnsavedChanges";

/** Shows a secret, once. It closes only after the person says that it is stored. */
export function SecretDialog(props: {
  /** What the secret belongs to. */
  owner: string;
  secret: string;
  /** Where to store it. */
  where: string;
  /** What to do if it is lost. */
  lost: string;
  onClose: () => void;
}) {
  const [stored, setStored] = useState(false);
  const [said, setSaid] = useState("");
  const field = useRef<HTMLInputElement>(null);
  // Back, a reload or a closed tab would lose the secret.
  useBlocker({ shouldBlockFn: () => !stored, enableBeforeUnload: false });
  useUnloadQuestion(!stored);
  const close = () => {
    if (stored) props.onClose();
    else setSaid("Store the secret, then check “I have stored it”.");
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.secret);
      setSaid("Copied.");
    } catch {
      field.current?.select();
      setSaid("The browser blocked copying. The secret is selected: copy it with the keyboard.");
    }
  };
  return (
    <Dialog title={`The secret of ${props.owner}`} onClose={close}>
      <p>It is shown only now. {props.where}</p>
      <Field label="Secret">
        {(control) => (
          <input
            {...control}
            ref={field}
            className="secret"
            type="text"
            readOnly
            spellCheck={false}
            value={props.secret}
            onFocus={(event) => event.target.select()}
          />
        )}
      </Field>
      <div className="actions">
        <button type="button" className="first" onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <p role="status">{said}</p>
      <Checkbox
        label="I have stored it"
        explanation={`You can't view it again. ${props.lost}`}
        checked={stored}
        onChange={setStored}
      />
      <div className="actions">
        <button type="button" aria-disabled={!stored} onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
