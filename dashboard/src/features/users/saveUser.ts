import { api, data } from "../../api/client";
import { Problem } from "../../api/problem";
import { type Difference, personDifferences } from "../../rules/personDiff";
import { draftOf, type PersonDraft, personChanges } from "../../rules/personDraft";
import type { User } from "./queries";
import { type KeyDecision, loadUser } from "./userQueries";

/** Someone else changed the user since the form was opened. Nothing was saved. */
export class ChangedMeanwhile extends Problem {
  readonly user: User;
  readonly differences: Difference[];

  constructor(user: User, differences: Difference[]) {
    const detail =
      differences.length > 0
        ? "Someone else changed this person while you were editing. Nothing of yours is saved yet, and your entries are kept. Check them, then save again."
        : "Someone else was changing this person at the same moment. Nothing of yours is saved yet. Save again.";
    super(409, { code: "conflict", detail });
    this.user = user;
    this.differences = differences;
  }
}

/**
 * Saves the fields that differ from `base`, the state that the form began with. The API takes the last change of a
 * field, so this first makes sure that no one else changed the user.
 */
export async function saveUser(edit: { base: User; draft: PersonDraft; keys?: KeyDecision }): Promise<User> {
  const { base, draft, keys } = edit;
  const before = draftOf(base);
  const now = await loadUser(base.userId);
  const differences = personDifferences(before, draftOf(now));
  if (differences.length > 0) throw new ChangedMeanwhile(now, differences);
  const params = { path: { userId: base.userId } };
  const body = { ...personChanges(before, draft), ...(keys && { keys }) };
  try {
    return await data(api.PATCH("/v1/autoScribe/users/{userId}", { params, body }));
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "conflict") throw error;
    const latest = await loadUser(base.userId);
    throw new ChangedMeanwhile(latest, personDifferences(before, draftOf(latest)));
  }
}
