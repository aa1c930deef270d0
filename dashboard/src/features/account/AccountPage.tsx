import { Page } from "../../ui/Page";

export function AccountPage() {
  return (
    <Page title="Account">
      <p>To be replaced</p>
    </Page>
  );
}
