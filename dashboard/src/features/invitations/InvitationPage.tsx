import { Page } from "../../ui/Page";

export function InvitationPage() {
  return (
    <Page title="Invitation">
      <p>To be replaced</p>
    </Page>
  );
}
