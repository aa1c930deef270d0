import { Page } from "../../ui/Page";

export function InvitePage() {
  return (
    <Page title="Invite User">
      <p>To be replaced</p>
    </Page>
  );
}
