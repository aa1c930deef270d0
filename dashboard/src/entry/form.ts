import { Problem } from "../api/problem";
import { byId, make, requestLine, showOutcome } from "./page";
import { type Explanation, explain, explainFields } from "./sentences";

let working = false;

/**
 * Runs `work` when the form is sent. A problem that it throws stands at its field, or on top of the form, and gets
 * the focus. The button keeps the focus meanwhile: a disabled one would lose it.
 */
export function onSubmit(
  form: HTMLFormElement,
  doing: string,
  work: (button: HTMLButtonElement) => Promise<void>,
  own: Record<string, string> = {},
): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // The Enter key sends the form by its first button.
    const button = (event.submitter ?? form.querySelector("button")) as HTMLButtonElement;
    clearFaults(form);
    void whileBusy(button, doing, async () => {
      try {
        await work(button);
      } catch (error) {
        showProblem(form, asProblem(error), own);
      }
    });
  });
}

/** Does one thing at a time, and says what. */
export async function whileBusy(button: HTMLElement, doing: string, work: () => Promise<void>): Promise<void> {
  if (working) return;
  working = true;
  const label = button.textContent;
  button.setAttribute("aria-disabled", "true");
  button.textContent = doing;
  byId("status", HTMLElement).textContent = doing;
  try {
    await work();
  } finally {
    working = false;
    button.removeAttribute("aria-disabled");
    button.textContent = label;
    byId("status", HTMLElement).textContent = "";
  }
}

/** Shows a problem at the fields that it names, or on top of the form. */
export function showProblem(form: HTMLFormElement, problem: Problem, own: Record<string, string> = {}): void {
  const faults = explainFields(problem, own);
  const fields = [...form.querySelectorAll<HTMLElement>("[name]")];
  const wrong = fields.filter((field) => showFault(field, faults.get(field.getAttribute("name") ?? "")));
  (wrong[0] ?? summarize(form, explain(problem, own)))?.focus();
}

function summarize(form: HTMLFormElement, { text, requestId }: Explanation): HTMLElement | null {
  const summary = form.querySelector<HTMLElement>(".problem");
  summary?.replaceChildren(make("p", {}, text), ...(requestId ? [requestLine(requestId)] : []));
  if (summary) summary.hidden = false;
  return summary;
}

/** Takes away what was wrong before. */
export function clearFaults(form: HTMLFormElement): void {
  for (const field of form.querySelectorAll<HTMLElement>("[name]")) showFault(field, undefined);
  const summary = form.querySelector<HTMLElement>(".problem");
  if (summary) summary.hidden = true;
}

function showFault(field: HTMLElement, fault: string | undefined): boolean {
  const words = field.closest(".field")?.querySelector<HTMLElement>(".wrong");
  if (!words) return false;
  words.textContent = fault ?? "";
  words.hidden = !fault;
  if (fault) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  return fault !== undefined;
}

/** Lets people see the password that they type. */
export function revealPasswords(): void {
  for (const box of document.querySelectorAll<HTMLInputElement>("[data-reveals]")) {
    const field = byId(box.dataset.reveals ?? "", HTMLInputElement);
    const reveal = (shown: boolean) => {
      field.type = shown ? "text" : "password";
    };
    box.addEventListener("change", () => reveal(box.checked));
    box.form?.addEventListener("reset", () => reveal(false));
  }
}

/** Shows that something did not work, and lets the person try again. */
export function showFailure(title: string, error: unknown, retry: (button: HTMLButtonElement) => void): void {
  const { text, requestId } = explain(asProblem(error));
  showOutcome({ mark: "bad", title, text: [text], requestId, actions: [{ text: "Try again", go: retry }] });
}

/** A fault of the page itself counts as an answer that did not come. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, {});
}
