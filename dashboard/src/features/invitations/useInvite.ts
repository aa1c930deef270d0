import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { api, data, type Schemas } from "../../api/client";
import { FormKey } from "./formKey";
import { revokeInvitation } from "./queries";

/** Sends an invitation. `replaces` is an open one of the same person, which is revoked first: it holds the NPI. */
export function useInvite(replaces: string | null) {
  const key = useRef(new FormKey());
  return useMutation({
    mutationFn: async (body: Schemas["InviteRequest"]) => {
      if (replaces) await revokeInvitation(replaces);
      const header = { "Idempotency-Key": key.current.of(body) };
      return data(api.POST("/v1/autoScribe/users", { params: { header }, body }));
    },
    onError: (error) => key.current.fail(error),
  });
}
