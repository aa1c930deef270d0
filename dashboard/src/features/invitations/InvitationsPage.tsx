import { Page } from "../../ui/Page";

export function InvitationsPage() {
  return (
    <Page title="Invitations">
      <p>To be replaced</p>
    </Page>
  );
}
