import { Problem } from "./problem";

/** What asks the person for something in the middle of a request. */
export type Prompt = "signIn" | "password" | "clinicChanged";

/** Asks, and resolves to whether the request can go on. */
type Asker = (prompt: Prompt) => Promise<boolean>;

let ask: Asker = async () => false;
let clinicId: string | null = null;
let pending: Promise<boolean> | null = null;
const used = new Set<() => void>();

/** The application's dialogs. Without one, a refused request is only refused. */
export function onPrompt(asker: Asker): void {
  ask = asker;
}

/** Names the clinic that this tab shows. Every change goes to that clinic or is refused. */
export function showClinic(id: string | null): void {
  clinicId = id;
}

/** Calls back whenever the API accepts the session, which starts its idle time again. Returns how to stop. */
export function onSessionUsed(listener: () => void): () => void {
  used.add(listener);
  return () => used.delete(listener);
}

/**
 * Sends a request. When the session is over, or the password has to be confirmed, it asks the person and sends
 * the request again, so that no page loses what was entered. One request can need both.
 */
export async function sessionFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await plainFetch(request);
  const prompt = await promptOf(response);
  if (prompt !== "signIn" && response.status < 500) for (const listener of used) listener();
  if (!prompt) return response;
  return (await promptPerson(prompt)) ? sessionFetch(again) : response;
}

/** Asks the person, for an answer that carries a refusal inside. Several requests that fail together ask once. */
export function promptPerson(prompt: Prompt): Promise<boolean> {
  pending ??= ask(prompt).finally(() => {
    pending = null;
  });
  return pending;
}

/** Sends a request and never asks. The dialogs use it: a question of theirs would wait for itself. */
export async function plainFetch(request: Request): Promise<Response> {
  if (clinicId && request.method !== "GET") request.headers.set("autoscribe-clinic", clinicId);
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw Problem.offline();
  }
}

const prompts: Record<string, Prompt> = {
  unauthenticated: "signIn",
  password_needed: "password",
  clinic_changed: "clinicChanged",
};

async function promptOf(response: Response): Promise<Prompt | null> {
  if (![401, 403, 409].includes(response.status)) return null;
  const body = await response
    .clone()
    .json()
    .catch(() => null);
  return prompts[Problem.of(response, body).code] ?? null;
}
