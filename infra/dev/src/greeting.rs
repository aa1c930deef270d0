//! What a newcomer reads at start: where things are, and two snippets that work as pasted.

use std::path::Path;

use crate::service::Service;

/// Fewer than 20 lines.
pub(crate) fn text(service: &Service, data: &Path, functions: &str) -> String {
    let Service { emulator, api_key } = service;
    let (url, dynamodb_url) = (&emulator.url, &emulator.dynamodb_url);
    // Of its own: many systems refuse packages beside those of the system.
    let venv = data.join("venv");
    let (data, venv) = (data.display(), venv.display());
    format!(
        r#"AutoScribe Access is running{functions}. Data: {data} (RESET=1 starts afresh). Ctrl-C ends it.

  API       {url}/v1     clinic "Riverside Imaging", key {api_key}
  Inbox     {url}/inbox
  Accept    {url}/accept     opens from the link in a mail
  Sign in   {url}/sign-in    with the password chosen there
  PACS      {url}/pacs       an example that shows AutoScribe inside its own page
  Registry  {url}/api/?version=2.1&number=1234567893
  DynamoDB  {dynamodb_url}

curl -s {url}/v1/autoScribe/users -H 'Authorization: Bearer {api_key}' -H 'Content-Type: application/json' -d \
'{{"email":"mia.lopez@example.com","firstName":"Mia","lastName":"Lopez","clinicRole":"Imaging Technologist","level":"member","canManageStudies":true,"canCreateReports":false,"hasDashboardAccess":true}}'

python3 -m venv {venv} && {venv}/bin/pip install -q avara==0.3.0 && {venv}/bin/python - <<'END'
from avara import Avara
client = Avara(api_key="{api_key}", base_url="{url}")
print(client.auto_scribe.users.invite(email="anna.hale@example.com", first_name="Anna", last_name="Hale", clinic_role="Radiologist",
    level="member", can_manage_studies=False, can_create_reports=True, has_dashboard_access=False, npi_number="1234567893"))
END
"#
    )
}
