import { expect, test } from "vitest";
import { problemWords, reword } from "./problemWords";

/** What the API says to developers. */
const developer = "Send a valid API key as Authorization: Bearer ..., or POST /v1/session.";

test.each(Object.entries(problemWords))("%s is worded for people, on its own and at a field", (code, words) => {
  const errors = [{ field: "lastName", code, detail: developer }];
  const own = reword({ code, detail: developer, userId: "usr_1", errors });
  expect(own).toEqual({ code, detail: words, userId: "usr_1", errors: [{ field: "lastName", code, detail: words }] });
  expect(words).toMatch(/^[A-Z].*\.$/);
  expect(words).not.toMatch(/Bearer|\/v1|_|\bSend (a valid|an API|at most)\b|header|JSON/);
});

test("any other code keeps the words of the API", () => {
  const other = { code: "time_zone_unknown", detail: "Choose a time zone." };
  expect(reword(other)).toEqual(other);
  const fields = { code: "fields_invalid", detail: "Fix them.", errors: [{ field: "x", code: "y", detail: "Fix x." }] };
  expect(reword(fields)).toEqual(fields);
});

test.each([undefined, null, "<html>"])("%s is no refusal of the API, and stays", (body) => {
  expect(reword(body)).toBe(body);
});
