import { useState } from "react";
import { Field } from "../../ui/Field";
import { readFile } from "./readFile";
import { MAX_ROWS } from "./state";

/** Takes people as text or from a file. The text of a file can be looked at and changed too. */
export function PasteStep(props: {
  text: string;
  /** Whether the person came back here, so that the text gets the focus. */
  returned: boolean;
  onText: (text: string) => void;
  onRead: () => Promise<string | null>;
}) {
  const [fault, setFault] = useState<string | null>(null);
  const [fileFault, setFileFault] = useState<string | null>(null);
  const [warning, setWarning] = useState<string | null>(null);
  const [reading, setReading] = useState(false);
  const submit = async (form: HTMLFormElement) => {
    if (reading) return;
    setReading(true);
    setFault(await props.onRead());
    setReading(false);
    form.querySelector("textarea")?.focus();
  };
  const choose = async (file: File | undefined) => {
    if (!file) return;
    const read = await readFile(file);
    setFileFault("fault" in read ? read.fault : null);
    setWarning("fault" in read ? null : read.warning);
    if ("text" in read) props.onText(read.text);
  };
  return (
    <form
      className="narrow"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <Field
        label="List of people"
        wrong={fault ?? undefined}
        hint={
          <>
            Paste cells from a spreadsheet with their headings, CSV, or addresses from an email. At most {MAX_ROWS}{" "}
            people. You see everything before it is sent.
          </>
        }
      >
        {(control) => (
          <textarea
            {...control}
            // biome-ignore lint/a11y/noAutofocus: the button that led back here is gone.
            autoFocus={props.returned}
            rows={10}
            spellCheck={false}
            value={props.text}
            onChange={(event) => {
              props.onText(event.target.value);
              setFault(null);
            }}
          />
        )}
      </Field>
      <Field label="Or choose a file" wrong={fileFault ?? undefined} hint="A CSV or text file, not an Excel workbook.">
        {(control) => (
          <input
            {...control}
            type="file"
            accept=".csv,.tsv,.txt"
            onChange={(event) => {
              void choose(event.target.files?.[0]);
              // The same file can be chosen again after a change.
              event.target.value = "";
            }}
          />
        )}
      </Field>
      <div role="status">{warning && <p className="note">{warning}</p>}</div>
      <div className="actions">
        <button type="submit" className="first" aria-disabled={reading}>
          {reading ? "Reading…" : "Continue"}
        </button>
      </div>
    </form>
  );
}
