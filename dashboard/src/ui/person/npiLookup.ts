import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";

/** What the NPI registry says of a number, compared with a last name. */
export type NpiLookup = Schemas["NpiLookupView"];

export const npiLookupQuery = (npiNumber: string, lastName: string) =>
  queryOptions({
    queryKey: ["npi", npiNumber, lastName],
    queryFn: ({ signal }) =>
      data(api.POST("/v1/npi/lookup", { body: { npiNumber, ...(lastName && { lastName }) }, signal })),
    // The registry's answers are limited, and an invite asks again by itself.
    staleTime: "static",
    retry: false,
  });
