import { screen, within } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";

/** Signs in over the page, whose session has ended. */
export async function signInAgain(person: UserEvent): Promise<void> {
  const dialog = await screen.findByRole("dialog", { name: "Your session has ended" });
  await person.type(within(dialog).getByLabelText("Password of olu@clinic.example"), "horse battery staple");
  await person.click(within(dialog).getByRole("button", { name: "Sign in" }));
}
