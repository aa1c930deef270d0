/** Why a view was refused. */
export const refusals: Record<string, string> = {
  used: "its link had been opened before",
  expired: "it had expired",
  revoked: "someone had ended it",
  tampered: "its link was not made by this service",
  user_not_allowed: "the person can no longer view it",
  issuer_not_allowed: "the person or API key that made the link can no longer do so",
  proof_invalid: "the viewer's proof was invalid",
};

/** A step of a change of the service's own keys. */
export const keyChanges: Record<string, string> = {
  added: "a new key was added",
  in_use: "the new key is in use",
  finished: "the old key was removed",
  replaced: "every key was replaced",
};

/** What someone asked to send. */
export const requested: Record<string, string> = {
  test: "a test event",
  challenge: "a challenge",
  one: "an event again",
  since: "all events since a time again",
};

/** Why a webhook was disabled. */
export const disabled: Record<string, string> = {
  gone: "wants no more events",
  failing: "failed for days",
};
