import { useReducer } from "react";
import { Problem } from "../api/problem";
import { type FormEvent, type FormState, formReducer, newForm, shownFaults } from "../rules/form";
import type { Faults } from "../rules/personFaults";

/** A form's fields, what is wrong with them, and how often sending was refused. */
export type Form<Draft> = {
  draft: Draft;
  attempts: number;
  /** The faults that show now. */
  faults: Faults;
  change: (change: Partial<Draft>) => void;
  leave: (field: string) => void;
  /** Begins again with another draft. */
  start: (draft: Draft) => void;
  /** Whether the form can be sent. Shows every fault if not. */
  check: () => boolean;
  /** Shows what the API said of the fields. */
  refuse: (error: unknown) => void;
};

export function useForm<Draft extends object>(initial: () => Draft, faultsOf: (draft: Draft) => Faults): Form<Draft> {
  type Reducer = (state: FormState<Draft>, event: FormEvent<Draft>) => FormState<Draft>;
  const [state, send] = useReducer(formReducer as Reducer, undefined, () => newForm(initial()));
  const all = faultsOf(state.draft);
  return {
    draft: state.draft,
    attempts: state.attempts,
    faults: shownFaults(state, all),
    change: (change) => send({ type: "change", change }),
    leave: (field) => send({ type: "leave", field }),
    start: (draft) => send({ type: "start", draft }),
    check: () => {
      if (all.size > 0) send({ type: "refuse", faults: new Map() });
      return all.size === 0;
    },
    refuse: (error) => send({ type: "refuse", faults: error instanceof Problem ? error.fields : new Map() }),
  };
}

/** What ties one text field to the form. */
export function textField<Draft extends object>(form: Form<Draft>, name: keyof Draft & string) {
  return {
    name,
    value: String(form.draft[name]),
    wrong: form.faults.get(name),
    onChange: (value: string) => form.change({ [name]: value } as Partial<Draft>),
    onBlur: () => form.leave(name),
  };
}
