import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { Problem } from "../../api/problem";
import { passwordErrors } from "../../rules/password";

export type OwnSession = Schemas["OwnSessionView"];

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: ({ signal }) => data(api.GET("/v1/sessions", { signal })),
});

export async function endSession(session: OwnSession): Promise<void> {
  await data(api.DELETE("/v1/sessions/{sessionId}", { params: { path: { sessionId: session.sessionId } } }));
}

export async function endOtherSessions(): Promise<void> {
  await data(api.POST("/v1/sessions/end-others"));
}

export async function changeClinic(clinicId: string): Promise<void> {
  await data(api.POST("/v1/session/clinic", { body: { clinicId } }));
}

/** A refusal is tied to the fields, and worded for the person who typed. */
export async function changePassword(body: Schemas["ChangePasswordRequest"]): Promise<void> {
  try {
    await data(api.POST("/v1/password/change", { body }));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const errors = passwordErrors(error.code, error.body.errors);
    throw new Problem(error.status, { ...error.body, errors }, error.retryAfter);
  }
}
