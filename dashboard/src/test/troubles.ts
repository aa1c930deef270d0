import { type Answer, problem } from "./api";
import { offline } from "./offline";

const BROKEN = "Something went wrong at AutoScribe. Try again in a moment.";
const DOWN = "AutoScribe can't answer right now. Try again in a moment.";

/** What any request can meet, and what every page says of it. */
export const troubles: [string, Answer | (() => Answer), string][] = [
  ["without a connection", offline, "AutoScribe can't be reached. Check your connection, then try again."],
  ["after an error of the service", problem(500, "internal", BROKEN), `${BROKEN}Request ID req-1`],
  ["while the service is down", problem(503, "unavailable", DOWN), `${DOWN}Request ID req-1`],
  ["at the limit of the gateway", { status: 429, body: { message: "Too Many Requests" } }, DOWN],
];
