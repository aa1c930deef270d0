import { Problem } from "../api/problem";
import { passwordWords } from "../rules/passwordWords";

/** What a person reads for the codes that they can meet on the entry pages. */
const sentences: Record<string, string> = {
  required: "Fill in this field.",
  email_invalid: "Enter your whole email address, such as anna@clinic.example.",
  email_too_long: "Enter an email address of at most 254 characters.",
  email_local_part_not_ascii: "Enter an email address without accents or other special letters before the @.",
  ...passwordWords,
  password_wrong: "This is not the password of your AutoScribe account. Check it, then try again.",
  credentials_wrong:
    "The email address or the password is wrong. Check both, then try again. If your clinic uses AutoScribe only inside its PACS, you have no password: open AutoScribe from your PACS.",
  reason_invalid: "Use at most 500 characters.",
  terms_changed: "The clinic has changed this invitation. Check it again, then confirm.",
  too_many_clinics:
    "This email address belongs to 40 clinics already, which is the limit. Ask the clinic to invite another address of yours.",
  cross_site_request: "Your browser did not say which page you are on. Reload this page, then try again.",
  conflict: "Something else changed at the same moment. Try again.",
};

/** What went wrong, in our words. A code without words has the API's, and what names the request in the logs. */
export type Explanation = { text: string; requestId: string | null };

/** Explains a problem. `own` are the words of a page that differ from the usual ones. */
export function explain(problem: Problem, own: Record<string, string> = {}): Explanation {
  const text = sentenceOf(problem.code, problem.retryAfter, own);
  return text ? { text, requestId: null } : { text: problem.message, requestId: problem.requestId };
}

/** What is wrong with each field, by the field's name. */
export function explainFields(problem: Problem, own: Record<string, string> = {}): Map<string, string> {
  const errors = problem.body.errors ?? [];
  return new Map(errors.map((error) => [error.field, sentenceOf(error.code, null, own) ?? error.detail]));
}

/** A fault that the page finds itself, in the shape of the API's. */
export function fieldProblem(...faults: { field: string; code: string }[]): Problem {
  const errors = faults.map((fault) => ({ ...fault, detail: sentences[fault.code] ?? "" }));
  return new Problem(422, { code: "fields_invalid", errors });
}

function sentenceOf(code: string, retryAfter: number | null, own: Record<string, string>): string | undefined {
  if (code === "too_many_attempts") return `${own[code] ?? "There were too many wrong passwords."} ${wait(retryAfter)}`;
  return own[code] ?? sentences[code];
}

function wait(seconds: number | null): string {
  if (seconds === null) return "Wait a few minutes, then try again.";
  if (seconds < 60) return "Wait a minute, then try again.";
  const minutes = Math.ceil(seconds / 60);
  return `Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
}

/** The code of a new password that the API would refuse for its length. Null if the length is right. */
export function lengthFault(password: string): "required" | "password_length" | null {
  const length = [...password.normalize("NFKC")].length;
  if (length === 0) return "required";
  return length < 15 || length > 128 ? "password_length" : null;
}
