import { Problem } from "./problem";

/** What asks the person for something in the middle of a request. */
export type Prompt = "signIn" | "password" | "clinicChanged";

/** Asks, and resolves to whether the request can go on. */
type Asker = (prompt: Prompt) => Promise<boolean>;

let ask: Asker = async () => false;
let clinicId: string | null = null;
let pending: Promise<boolean> | null = null;

/** The application's dialogs. Without one, a refused request is only refused. */
export function onPrompt(asker: Asker): void {
  ask = asker;
}

/** Names the clinic that this tab shows. Every change goes to that clinic or is refused. */
export function showClinic(id: string | null): void {
  clinicId = id;
}

/**
 * Sends a request. When the session is over, or the password has to be confirmed, it asks the person and sends
 * the request again, so that no page loses what was entered.
 */
export async function sessionFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request);
  const prompt = await promptOf(response);
  if (!prompt) return response;
  // Several requests that fail together ask once.
  pending ??= ask(prompt).finally(() => {
    pending = null;
  });
  return (await pending) ? send(again) : response;
}

async function send(request: Request): Promise<Response> {
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
