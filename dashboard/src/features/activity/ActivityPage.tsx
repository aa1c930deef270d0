import { Page } from "../../ui/Page";

export function ActivityPage() {
  return (
    <Page title="Activity">
      <p>To be replaced</p>
    </Page>
  );
}
