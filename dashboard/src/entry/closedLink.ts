import { Problem } from "../api/problem";
import { post } from "./call";
import { showFailure, whileBusy } from "./form";
import { forgetToken, type Outcome, showOutcome } from "./page";

/** Under which name this tab keeps the token of an invitation. */
export const LINK = "invitation";

const closed = ["invitation_expired", "inviter_not_authorized", "token_invalid"];

/** Whether a refusal means that the link can no longer be used to confirm. */
export function isClosed(error: unknown): error is Problem {
  return error instanceof Problem && closed.includes(error.code);
}

/** Forgets a link that is of no more use. */
export function forgetLink(): void {
  forgetToken(LINK);
}

/** Says why a link cannot be used to confirm. Some of them can still ask for a new one, so the tab keeps those. */
export function showClosed(problem: Problem, token: string, clinic = nameOf(problem.body.clinicName)): void {
  const canAsk = problem.code === "inviter_not_authorized" || problem.body.canRequestNew === true;
  if (!canAsk) forgetLink();
  const ask = { text: "Request a new link", go: (button: HTMLElement) => void requestNewLink(button, token) };
  showOutcome({ mark: "bad", ...words(problem.code, clinic, canAsk), ...(canAsk && { actions: [ask] }) });
}

function words(code: string, clinic: string | undefined, canAsk: boolean): Pick<Outcome, "title" | "text"> {
  const invitation = clinic ? `This invitation to ${clinic}` : "This invitation";
  const next = canAsk ? "Ask the clinic for a new link." : "Ask the person who invited you for a new one.";
  switch (code) {
    case "invitation_expired":
      return { title: `${invitation} has expired`, text: [next] };
    case "inviter_not_authorized":
      return {
        title: `${invitation} can't be confirmed`,
        text: [
          "The person who sent or last changed it can no longer invite people. Someone else at the clinic can.",
          next,
        ],
      };
    default:
      return {
        title: "This link no longer works",
        text: [
          "A newer link replaced it, the clinic revoked it, you declined it, or part of it is missing. Use the link in the newest email, or ask the clinic to invite you again.",
        ],
      };
  }
}

function nameOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function requestNewLink(button: HTMLElement, token: string): Promise<void> {
  return whileBusy(button, "Requesting…", async () => {
    try {
      const answer = await post("/v1/invitation/request-new", { token });
      forgetLink();
      showOutcome(answer.told ? requested : noOne);
    } catch (error) {
      showFailure("The request was not sent", error, (again) => void requestNewLink(again, token));
    }
  });
}

const requested: Outcome = {
  mark: "good",
  title: "Request sent",
  text: ["We have emailed the clinic. If it still wants to invite you, you will get an email with a new link."],
};

const noOne: Outcome = {
  mark: "bad",
  title: "No one was notified",
  text: ["Either you don't need a new link, or no one at the clinic can send one. Ask the person who invited you."],
};
