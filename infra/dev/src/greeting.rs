//! The text that the service prints at the start: where things are, and two snippets to paste.

use std::path::Path;

use crate::service::DevService;

/// The text. `environment` is the file of settings for functions under `cargo lambda watch`.
pub(crate) fn text(service: &DevService, data: &Path, environment: Option<&Path>) -> String {
    let DevService { emulator, clinic_id, api_key } = service;
    let (url, dynamodb_url) = (&emulator.url, &emulator.dynamodb_url);
    let functions = environment.map_or_else(String::new, |file| {
        format!(
            "The functions run under cargo lambda watch, with the environment in {}.\n",
            file.display()
        )
    });
    // Many systems refuse packages outside a virtual environment.
    let venv = data.join("venv");
    let (data, venv) = (data.display(), venv.display());
    format!(
        r#"AutoScribe Access is running. Press Ctrl-C to stop it.
{functions}Its data is in {data}. Start with RESET=1 to delete it.

  API       {url}     clinic "Riverside Imaging", {clinic_id}
  Inbox     {url}/inbox     every email that the service sends. Accept the owner's invitation there first
  Dashboard {url}     with the password that you chose at the invitation
  PACS      {url}/pacs     an example that shows AutoScribe inside its own page
  Registry  {url}/api/?version=2.1&number=1234567893
  DynamoDB  {dynamodb_url}

For the examples in docs:

export AVARA_BASE_URL={url} AVARA_API_KEY={api_key}

Invite a technologist with curl:

curl -s {url}/v1/autoScribe/users -H 'Authorization: Bearer {api_key}' -H 'Content-Type: application/json' -d \
'{{"email":"mia.lopez@example.com","firstName":"Mia","lastName":"Lopez","clinicRole":"Imaging Technologist","level":"member","canManageStudies":true,"canCreateReports":false,"hasDashboardAccess":true}}'

Invite a radiologist with the Python SDK:

python3 -m venv {venv} && {venv}/bin/pip install -q avara==0.3.0 && {venv}/bin/python - <<'END'
from avara import Avara
client = Avara(api_key="{api_key}", base_url="{url}")
print(client.auto_scribe.users.invite(email="anna.hale@example.com", first_name="Anna", last_name="Hale", clinic_role="Radiologist",
    level="member", can_manage_studies=False, can_create_reports=True, has_dashboard_access=False, npi_number="1234567893"))
END
"#
    )
}
