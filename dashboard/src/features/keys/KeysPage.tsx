import { Page } from "../../ui/Page";

export function KeysPage() {
  return (
    <Page title="API keys">
      <p>To be replaced</p>
    </Page>
  );
}
