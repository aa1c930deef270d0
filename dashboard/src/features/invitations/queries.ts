import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";

export type Invitation = Schemas["InvitationView"];

export const invitationQuery = (invitationId: string) =>
  queryOptions({
    queryKey: ["invitations", "one", invitationId],
    queryFn: ({ signal }) =>
      data(api.GET("/v1/autoScribe/users/invitations/{invitationId}", { params: { path: { invitationId } }, signal })),
  });

export function revokeInvitation(invitationId: string) {
  return data(api.POST("/v1/autoScribe/users/invitations/revoke", { body: { invitationId } }));
}
