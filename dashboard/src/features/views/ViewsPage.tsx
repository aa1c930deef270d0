import { Page } from "../../ui/Page";

export function ViewsPage() {
  return (
    <Page title="Open views">
      <p>To be replaced</p>
    </Page>
  );
}
