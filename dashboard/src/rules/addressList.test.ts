import { expect, test } from "vitest";
import { isAddressList, readAddressList } from "./addressList";

test.each<[string, string[]]>([
  ["a@b.example\nc@d.example", ["a@b.example", "c@d.example"]],
  ["a@b.example, c@d.example;e@f.example", ["a@b.example", "c@d.example", "e@f.example"]],
  ["a@b.example c@d.example", ["a@b.example", "c@d.example"]],
  ["<a@b.example>,\r\n<c@d.example>", ["a@b.example", "c@d.example"]],
  ["Hale, Anna <a@b.example>; Olu Adeyemi <o@b.example>;", ["a@b.example Hale, Anna", "o@b.example Olu Adeyemi"]],
  ['Anna Hale <a@b.example>, "Adeyemi, Olu" <o@b.example>', ["a@b.example Anna Hale", 'o@b.example "Adeyemi, Olu"']],
  ["x@y.example, Anna Hale <a@b.example>", ["x@y.example", "a@b.example Anna Hale"]],
  ["x@y.example; Anna Hale <a@b.example>", ["x@y.example", "a@b.example Anna Hale"]],
  ["Anna Hale a@b.example", ["a@b.example Anna Hale"]],
  ["Anna Hale (a@b.example)", ["a@b.example Anna Hale"]],
  ["'a@b.example' <a@b.example>; Olu <o@b.example>", ["a@b.example", "o@b.example Olu"]],
  ["Anna Hale <a@b.example<mailto:a@b.example>>", ["a@b.example Anna Hale"]],
  ["a@b.example <mailto:a@b.example>", ["a@b.example"]],
  ["mailto:a@b.example", ["a@b.example"]],
  ["To: Anna Hale <a@b.example>", ["a@b.example Anna Hale"]],
  // No name goes to another's address, and nothing goes missing.
  ["Bo Smith; Anna Hale <a@b.example>", ["Bo Smith", "a@b.example Anna Hale"]],
  ["<a@b.example> Anna; <o@b.example> Olu", ["a@b.example", "Anna", "o@b.example", "Olu"]],
  ["Anna <a@b.example>, Bo, Olu <o@b.example>", ["a@b.example Anna", "o@b.example"]],
  ["Bo Smith, Anna Hale <a@b.example>", ["a@b.example"]],
  ["Anna Hale\n<a@b.example>", ["Anna Hale", "a@b.example"]],
  ['"Hale; Anna" <a@b.example>', ['a@b.example "Hale; Anna"']],
  ['5" Film <a@b.example>; Olu <o@b.example>', ['a@b.example 5" Film', "o@b.example Olu"]],
  ["", []],
])("%j", (text, expected) => {
  const read = readAddressList(text).map(({ email, name }) => (name ? `${email} ${name}` : email));
  expect(read).toEqual(expected);
});

test.each([
  ["Anna <a@b.example>", true],
  ["a@b.example; bo; c@d.example", true],
  ["a@b.example,Anna,Hale\nc@d.example,Olu,Adeyemi", false],
  ["a@b.example", false],
  ["Email,Name", false],
])("%j is a list of addresses: %s", (text, expected) => {
  expect(isAddressList(text)).toBe(expected);
});
