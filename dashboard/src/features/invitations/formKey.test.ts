import { expect, test } from "vitest";
import { Problem } from "../../api/problem";
import { FormKey } from "./formKey";

const anna = { firstName: "Anna" };

test("the same content keeps its key when no answer came", () => {
  const key = new FormKey();
  const first = key.of(anna);
  key.fail(Problem.offline());
  key.fail(new Problem(503, { code: "unavailable" }));
  key.fail(new Problem(409, { code: "request_in_progress" }));
  expect(key.of({ ...anna })).toBe(first);
});

test("a refusal and another content make a new key", () => {
  const key = new FormKey();
  const first = key.of(anna);
  key.fail(new Problem(409, { code: "already_invited" }));
  const second = key.of(anna);
  expect(second).not.toBe(first);
  expect(key.of({ firstName: "Anne" })).not.toBe(second);
});
