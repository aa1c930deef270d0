import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { onPrompt, type Prompt } from "../api/sessionFetch";
import { Dialog } from "../ui/Dialog";
import { confirmPassword, PasswordForm, signInAgain } from "./PasswordForm";
import { useSession } from "./queries";

type Asked = { prompt: Prompt; answer: (goOn: boolean) => void };

/** The dialogs that a request can open. The request goes on after them, and the page keeps its contents. */
export function Prompts() {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { user, clinic } = useSession();
  const queries = useQueryClient();
  useEffect(() => {
    onPrompt((prompt) => new Promise((answer) => setAsked({ prompt, answer })));
    return () => onPrompt(async () => false);
  }, []);
  if (!asked) return null;
  const close = (goOn: boolean) => {
    setAsked(null);
    asked.answer(goOn);
  };
  if (asked.prompt === "clinicChanged") {
    return (
      <Dialog title="You changed to another clinic" onClose={() => close(false)}>
        <p>In another tab, you changed to another clinic. This page still shows {clinic.name}. Nothing was changed.</p>
        <div className="actions">
          <button type="button" className="first" onClick={() => location.assign("/users")}>
            Reload
          </button>
          <button type="button" onClick={() => close(false)}>
            Cancel
          </button>
        </div>
      </Dialog>
    );
  }
  const again = asked.prompt === "signIn";
  return (
    <Dialog title={again ? "Your session has ended" : "Confirm your password"} onClose={() => close(false)}>
      <p>{again ? "Sign in to go on. This page keeps what you entered." : "This change needs your password."}</p>
      <PasswordForm
        email={user.email}
        action={again ? "Sign in" : "Confirm"}
        submit={async (password) => {
          if (again) await signInAgain(user.email, clinic.clinicId, password);
          else await confirmPassword(password);
          close(true);
          if (again) void queries.invalidateQueries({ queryKey: ["session"] });
        }}
        onCancel={() => close(false)}
      />
    </Dialog>
  );
}
