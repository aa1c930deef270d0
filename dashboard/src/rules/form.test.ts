import { expect, test } from "vitest";
import { type FormState, formReducer, newForm, shownFaults } from "./form";

type Draft = { firstName: string; lastName: string };
const empty: FormState<Draft> = newForm({ firstName: "", lastName: "" });
const missing = new Map([
  ["firstName", "Enter the first name."],
  ["lastName", "Enter the last name."],
]);

test("a field that was only passed through shows no fault", () => {
  const state = formReducer(empty, { type: "leave", field: "firstName" });
  expect(shownFaults(state, missing).size).toBe(0);
});

test("a field shows its fault once it was left after input", () => {
  let state = formReducer(empty, { type: "change", change: { firstName: "" } });
  expect(shownFaults(state, missing).size).toBe(0);
  state = formReducer(state, { type: "leave", field: "firstName" });
  expect([...shownFaults(state, missing).keys()]).toEqual(["firstName"]);
});

test("after a refused attempt every fault shows", () => {
  const state = formReducer(empty, { type: "refuse", faults: new Map() });
  expect(shownFaults(state, missing)).toEqual(missing);
});

test("what the API said of a field stands until that field changes", () => {
  const faults = new Map([["lastName", "Use 4 digits at most."]]);
  let state = formReducer(empty, { type: "refuse", faults });
  state = formReducer(state, { type: "change", change: { firstName: "Anna" } });
  expect(shownFaults(state, new Map()).get("lastName")).toBe("Use 4 digits at most.");
  state = formReducer(state, { type: "change", change: { lastName: "Hale" } });
  expect(shownFaults(state, new Map()).size).toBe(0);
});

test("a new start forgets the faults", () => {
  const refused = formReducer(empty, { type: "refuse", faults: missing });
  expect(formReducer(refused, { type: "start", draft: empty.draft })).toEqual(empty);
});
