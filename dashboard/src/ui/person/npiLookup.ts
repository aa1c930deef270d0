import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import type { RegistryName } from "../../rules/registry";

/** What the NPI registry says of a number, compared with a last name. `active` without a name to compare. */
export type NpiLookup = RegistryName & {
  status: Exclude<Schemas["NpiVerification"], "not_required"> | "active";
  licenseStates: string[];
};

// until the API has it
const post = api.POST as unknown as (
  path: "/v1/npi/lookup",
  request: { body: { npiNumber: string; lastName?: string }; signal: AbortSignal },
) => Promise<{ data?: NpiLookup; error?: unknown; response: Response }>;

export const npiLookupQuery = (npiNumber: string, lastName: string) =>
  queryOptions({
    queryKey: ["npi", npiNumber, lastName],
    queryFn: ({ signal }) =>
      data(post("/v1/npi/lookup", { body: { npiNumber, ...(lastName && { lastName }) }, signal })),
    // The registry's answers are limited, and an invite asks again by itself.
    staleTime: "static",
    retry: false,
  });
