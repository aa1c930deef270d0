import { useBlocker } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { Dialog } from "../../ui/Dialog";
import { Checkbox, Field } from "../../ui/Field";
import { useUnloadQuestion } from "../../ui/UnsavedChanges";
import type { NewApiKey } from "./queries";

/** Shows a secret, once. It closes only after the person says that it is stored. */
export function SecretDialog({ created, onClose }: { created: NewApiKey; onClose: () => void }) {
  const [stored, setStored] = useState(false);
  const [said, setSaid] = useState("");
  const secret = useRef<HTMLInputElement>(null);
  // Back, a reload or a closed tab would lose the secret.
  useBlocker({ shouldBlockFn: () => !stored, enableBeforeUnload: false });
  useUnloadQuestion(!stored);
  const close = () => {
    if (stored) onClose();
    else setSaid("Store the secret, then check “I have stored it”.");
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(created.apiKey);
      setSaid("Copied.");
    } catch {
      secret.current?.select();
      setSaid("The browser blocked copying. The secret is selected: copy it with the keyboard.");
    }
  };
  return (
    <Dialog title={`The secret of ${created.description}`} onClose={close}>
      <p>It is shown only now. Store it where your other secrets are, such as the settings of the PACS.</p>
      <Field label="Secret">
        {(control) => (
          <input
            {...control}
            ref={secret}
            className="secret"
            type="text"
            readOnly
            spellCheck={false}
            value={created.apiKey}
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
        explanation="You can't view it again. If you lose it, rotate the key."
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
