import type { PersonDraft } from "./personDraft";
import { personLabels } from "./personFaults";
import { levels } from "./words";

/** A field that has another value now, in words. */
export type Difference = { field: string; label: string; before: string; after: string };

/** What differs between two states of a person. */
export function personDifferences(before: PersonDraft, after: PersonDraft): Difference[] {
  return fieldsOf(before)
    .filter((field) => before[field] !== after[field])
    .map((field) => ({
      field,
      label: field === "level" ? "Level" : (personLabels[field] ?? field),
      before: inWords(before[field]),
      after: inWords(after[field]),
    }));
}

/** What someone entered, on top of what someone else saved meanwhile. An entry wins over what was saved. */
export function mergeEntries(base: PersonDraft, entered: PersonDraft, saved: PersonDraft): Partial<PersonDraft> {
  const untouched = fieldsOf(base).filter((field) => entered[field] === base[field] && saved[field] !== base[field]);
  return Object.fromEntries(untouched.map((field) => [field, saved[field]]));
}

function fieldsOf(person: PersonDraft): (keyof PersonDraft)[] {
  return Object.keys(person) as (keyof PersonDraft)[];
}

function inWords(value: PersonDraft[keyof PersonDraft]): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return (value in levels && levels[value as keyof typeof levels]) || value || "none";
}
