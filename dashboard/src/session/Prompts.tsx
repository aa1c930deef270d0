import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { data, plainApi } from "../api/client";
import { Problem } from "../api/problem";
import { onPrompt, type Prompt } from "../api/sessionFetch";
import { Dialog } from "../ui/Dialog";
import { IdleDialog, useIdleClock } from "./Idle";
import { useLeave } from "./Leave";
import { PasswordForm } from "./PasswordForm";
import { sessionQuery, useSession } from "./queries";

type Asked = { prompt: Prompt; answer: (goOn: boolean) => void };
type Close = (goOn: boolean) => void;

/** The dialogs that a request or its absence can open. The page under them keeps its contents. */
export function Prompts() {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { secondsLeft, stopClock } = useIdleClock();
  useEffect(() => {
    let open: Asked["answer"] | null = null;
    onPrompt((prompt) => {
      // A session that is over cannot become idle.
      if (prompt === "signIn") stopClock();
      return new Promise((answer) => {
        open = answer;
        setAsked({ prompt, answer });
      });
    });
    return () => {
      onPrompt(async () => false);
      // A request must not wait for a dialog that is gone.
      open?.(false);
    };
  }, [stopClock]);
  if (!asked) return secondsLeft === null ? null : <IdleDialog seconds={secondsLeft} onDismiss={stopClock} />;
  const close = (goOn: boolean) => {
    setAsked(null);
    asked.answer(goOn);
  };
  if (asked.prompt === "clinicChanged") return <ClinicChanged close={close} />;
  return asked.prompt === "signIn" ? <SignInAgain close={close} /> : <ConfirmPassword close={close} />;
}

function ClinicChanged({ close }: { close: Close }) {
  const { clinic } = useSession();
  const leave = useLeave();
  return (
    <Dialog title="You switched clinics" onClose={() => close(false)}>
      <p>You switched clinics in another tab. This page still shows {clinic.name}. Nothing was changed.</p>
      <div className="actions">
        <button type="button" className="first" onClick={() => leave("/")}>
          Reload
        </button>
        <button type="button" onClick={() => close(false)}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

/** Begins a session for the same person in the same clinic. */
function SignInAgain({ close }: { close: Close }) {
  const { user, clinic } = useSession();
  const queries = useQueryClient();
  const leave = useLeave();
  const signIn = async (password: string) => {
    const body = { email: user.email, password, clinicId: clinic.clinicId };
    try {
      const session = await data(plainApi.POST("/v1/session", { body }));
      // The address may belong to another user of the clinic by now.
      if (session.user.userId !== user.userId) return leave("/");
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "dashboard_access_restricted") throw error;
      return leave("/restricted");
    }
    close(true);
    void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  return (
    <Dialog title="Your session has ended" onClose={() => close(false)}>
      <p>Sign in to continue. This page keeps what you entered.</p>
      <PasswordForm email={user.email} action="Sign in" submit={signIn} onCancel={() => close(false)} />
    </Dialog>
  );
}

/** Confirms the password of this session for ten minutes. */
function ConfirmPassword({ close }: { close: Close }) {
  const { user } = useSession();
  const confirm = async (password: string) => {
    try {
      await data(plainApi.POST("/v1/session/confirm", { body: { password } }));
    } catch (error) {
      // The session ended, or is in another clinic. The repeated request meets the same, and asks for it.
      if (!(error instanceof Problem) || !["unauthenticated", "clinic_changed"].includes(error.code)) throw error;
    }
    close(true);
  };
  return (
    <Dialog title="Confirm your password" onClose={() => close(false)}>
      <p>This change needs your password.</p>
      <PasswordForm email={user.email} action="Confirm" submit={confirm} onCancel={() => close(false)} />
    </Dialog>
  );
}
