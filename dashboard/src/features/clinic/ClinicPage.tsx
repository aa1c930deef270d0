import { Page } from "../../ui/Page";

export function ClinicPage() {
  return (
    <Page title="Clinic">
      <p>To be replaced</p>
    </Page>
  );
}
