import { Page } from "../../ui/Page";

export function UserPage() {
  return (
    <Page title="User">
      <p>To be replaced</p>
    </Page>
  );
}
