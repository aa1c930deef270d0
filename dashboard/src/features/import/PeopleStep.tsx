import { useMutation } from "@tanstack/react-query";
import { useEffect, useReducer, useRef, useState } from "react";
import { newIdempotencyKey } from "../../api/client";
import type { Cells } from "../../rules/importValues";
import { emptyPerson } from "../../rules/personDraft";
import { Confirm } from "../../ui/Confirm";
import { UnsavedChanges } from "../../ui/UnsavedChanges";
import { DefaultsForm, defaultsOf } from "./DefaultsForm";
import { PeopleTable } from "./PeopleTable";
import { countRows, judge } from "./rows";
import { SendBar } from "./SendBar";
import { StepTitle } from "./StepTitle";
import { sendChunks } from "./send";
import { type Chunk, importReducer, newImport, planChunks } from "./state";

const LOSS = "Some people were not invited yet. If you continue, you will lose your corrections.";

/** Shows everyone who was read, to correct and send. */
export function PeopleStep({ people, onBack }: { people: Cells[]; onBack: () => void }) {
  const [state, dispatch] = useReducer(importReducer, people, newImport);
  const [defaults, setDefaults] = useState(() => defaultsOf(emptyPerson));
  const [askBack, setAskBack] = useState(false);
  const here = useRef(true);
  const summary = useRef<HTMLParagraphElement>(null);
  const table = useRef<HTMLDivElement>(null);
  const judged = judge(state.rows, defaults, state.sending);
  const counts = countRows(judged);
  const unsent = counts.ready + counts.fix + counts.sending > 0;
  const sending = useMutation({
    mutationFn: (chunks: Chunk[]) => sendChunks(chunks, dispatch, () => here.current),
    onSettled: () => summary.current?.focus(),
  });
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const send = () => sending.mutate(planChunks(state.open, judged, defaults, newIdempotencyKey));
  return (
    <>
      <StepTitle>Check and send</StepTitle>
      <DefaultsForm onChange={setDefaults} />
      <SendBar
        state={state}
        judged={judged}
        counts={counts}
        busy={sending.isPending}
        summary={summary}
        onSend={send}
        onFix={() => focusFirstFault(table.current)}
        onBack={() => (unsent ? setAskBack(true) : onBack())}
      />
      <div ref={table}>
        <PeopleTable judged={judged} defaults={defaults} dispatch={dispatch} />
      </div>
      <UnsavedChanges unsaved={unsent} title="Leave this page?">
        {LOSS}
      </UnsavedChanges>
      {askBack && (
        <Confirm
          title="Start over?"
          action="Start over"
          busy={false}
          onConfirm={onBack}
          onClose={() => setAskBack(false)}
        >
          <p>{LOSS}</p>
        </Confirm>
      )}
    </>
  );
}

/** A row without an invalid cell was refused as a whole. */
function focusFirstFault(table: HTMLElement | null): void {
  const row = table?.querySelector<HTMLElement>("[data-fix]");
  (row?.querySelector<HTMLElement>("[aria-invalid]") ?? row)?.focus();
}
