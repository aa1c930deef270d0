import type { Faults } from "./personFaults";

/** A form that someone fills in. A pure state, so that what shows when can be tested without a page. */
export type FormState<Draft> = {
  draft: Draft;
  /** Fields that had input. */
  edited: ReadonlySet<string>;
  /** Fields that had input and lost the focus after. Their faults show. */
  left: ReadonlySet<string>;
  /** How often sending was refused. After the first time, every fault shows. */
  attempts: number;
  /** What the API said of fields. Each stands until its field changes. */
  refused: Faults;
};

export type FormEvent<Draft> =
  | { type: "change"; change: Partial<Draft> }
  | { type: "leave"; field: string }
  | { type: "refuse"; faults: Faults }
  | { type: "start"; draft: Draft };

export function newForm<Draft>(draft: Draft): FormState<Draft> {
  return { draft, edited: new Set(), left: new Set(), attempts: 0, refused: new Map() };
}

export function formReducer<Draft>(state: FormState<Draft>, event: FormEvent<Draft>): FormState<Draft> {
  switch (event.type) {
    case "change": {
      const fields = Object.keys(event.change);
      return {
        ...state,
        draft: { ...state.draft, ...event.change },
        edited: new Set([...state.edited, ...fields]),
        refused: new Map([...state.refused].filter(([field]) => !fields.includes(field))),
      };
    }
    case "leave":
      return state.edited.has(event.field) ? { ...state, left: new Set([...state.left, event.field]) } : state;
    case "refuse":
      return { ...state, attempts: state.attempts + 1, refused: event.faults };
    case "start":
      return newForm(event.draft);
  }
}

/** The faults that show now, of all that the form has. */
export function shownFaults<Draft>(state: FormState<Draft>, all: Faults): Faults {
  const own = [...all].filter(([field]) => state.attempts > 0 || state.left.has(field));
  return new Map([...own, ...state.refused]);
}
