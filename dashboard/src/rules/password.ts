import type { Schemas } from "../api/client";
import { passwordWords } from "./passwordWords";
import type { Faults } from "./personFaults";

export type PasswordDraft = { currentPassword: string; newPassword: string };

export const passwordLabels: Record<keyof PasswordDraft, string> = {
  currentPassword: "Current password",
  newPassword: "New password",
};

const sentences: Record<string, string> = passwordWords;

/** What can be checked without asking the API. Characters are counted as the API counts them. */
export function passwordFaults(draft: PasswordDraft): Faults {
  const length = [...draft.newPassword.normalize("NFKC")].length;
  const faults = new Map<string, string>();
  if (!draft.currentPassword) faults.set("currentPassword", "Enter your current password.");
  if (length === 0) faults.set("newPassword", "Enter a new password.");
  else if (length < 15 || length > 128) faults.set("newPassword", passwordWords.password_length);
  else if (draft.newPassword === draft.currentPassword)
    faults.set("newPassword", "Choose a password that is different from your current one.");
  return faults;
}

type FieldError = Schemas["FieldError"];

/** What a refused change says of the fields, in words for the person who typed. */
export function passwordErrors(code: string, errors: FieldError[] = []): FieldError[] {
  if (code === "password_wrong") {
    const detail = "This is not your current password. Check it, then try again.";
    return [{ field: "currentPassword", code, detail }];
  }
  return errors.map((error) => ({ ...error, detail: sentences[error.code] ?? error.detail }));
}
