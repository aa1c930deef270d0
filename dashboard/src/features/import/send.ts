import { api, data, newIdempotencyKey, reword, type Schemas } from "../../api/client";
import { Problem } from "../../api/problem";
import { promptPerson } from "../../api/sessionFetch";
import { type Chunk, type ImportEvent, isPasswordNeeded } from "./state";

/**
 * Sends chunks one after another. Stops at the first one without an answer, and when the clinic's invitations of the
 * day are used up. `goesOn` says whether the page is still there.
 */
export async function sendChunks(
  chunks: readonly Chunk[],
  dispatch: (event: ImportEvent) => void,
  goesOn: () => boolean,
): Promise<void> {
  const queue = [...chunks];
  dispatch({ type: "start", ids: queue.flatMap(({ items }) => items.map(({ id }) => id)) });
  for (let chunk = queue.shift(); chunk && goesOn(); chunk = queue.shift()) {
    dispatch({ type: "send", chunk });
    try {
      const results = await sendChunk(chunk);
      dispatch({ type: "answer", chunk, results });
      const refused = results.flatMap(({ status, error }) => (error ? [new Problem(status, { ...error })] : []));
      const spent = refused.find(({ code }) => code === "invitation_quota");
      if (spent) throw spent;
      const password = refused.find(isPasswordNeeded);
      if (password && !(await promptPerson("password"))) throw password;
      // The answer to the first request is kept with its key. These rows need another.
      if (password) queue.unshift({ key: newIdempotencyKey(), items: itemsThatNeedPassword(chunk, results) });
    } catch (error) {
      dispatch({ type: "stop", problem: error instanceof Problem ? error : new Problem(0, {}) });
      return;
    }
  }
}

async function sendChunk({ key, items }: Chunk): Promise<Schemas["BatchResult"][]> {
  const body = { users: items.map(({ invite }) => invite) };
  const params = { header: { "Idempotency-Key": key } };
  const { results } = await data(api.POST("/v1/autoScribe/users/batch", { params, body }));
  return results.map((result) => (result.error ? { ...result, error: reword(result.error) } : result));
}

function itemsThatNeedPassword({ items }: Chunk, results: readonly Schemas["BatchResult"][]): Chunk["items"] {
  const indexes = results.filter(({ error }) => error?.code === "password_needed").map(({ index }) => index);
  return items.filter((_, index) => indexes.includes(index));
}
