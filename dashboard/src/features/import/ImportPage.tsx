import { Page } from "../../ui/Page";

export function ImportPage() {
  return (
    <Page title="Import">
      <p>To be replaced</p>
    </Page>
  );
}
