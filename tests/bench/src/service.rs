//! The service in this process, with one clinic.

use domain::credentials::token::InvitationLink;
use domain::ids::{ClinicId, InvitationId};
use emulator::{Emulator, Options};
use serde_json::{Value, json};
use tests::runtime_api::FunctionProcess;

use crate::client::ApiCall;
use crate::{MeasureError, process};

pub(crate) const USERS: &str = "/v1/autoScribe/users";
pub(crate) const INVITATIONS: &str = "/v1/autoScribe/users/invitations";

/// A clinic and its API key.
#[derive(Clone, Debug)]
pub(crate) struct BenchClinic {
    pub(crate) id: ClinicId,
    pub(crate) key: String,
}

/// Starts the service on a database in memory, without `mailer`.
///
/// The table's stream is off. The embedded database reads all of it to number the next record, so each write would
/// take longer than the last.
pub(crate) async fn start(options: Options) -> Result<Emulator, MeasureError> {
    let silent = Options { deliver_stream: false, ..options };
    let running = emulator::start(silent).await?;
    let off = json!({
        "TableName": running.table, "StreamSpecification": { "StreamEnabled": false },
    });
    running.database.update_table(serde_json::from_value(off)?)?;
    Ok(running)
}

/// Starts the service with its mailer.
pub(crate) async fn start_with_mailer(options: Options) -> Result<Emulator, MeasureError> {
    Ok(emulator::start(options).await?)
}

pub(crate) async fn create_clinic(running: &Emulator) -> Result<BenchClinic, MeasureError> {
    let request = provision::ClinicRequest {
        clinic_name: "Riverside Imaging".to_owned(),
        reply_to: None,
        invitation_days: None,
        owner_email: "owner@riverside.example".to_owned(),
        owner_first_name: "Olivia".to_owned(),
        owner_last_name: "Rivers".to_owned(),
        embed_origins: None,
        scopes: None,
    };
    let made = provision::provision(&running.provision_deps(), &request).await?;
    Ok(BenchClinic { id: ClinicId::parse(&made.clinic_id)?, key: made.api_key })
}

impl BenchClinic {
    pub(crate) fn get(&self, path: impl Into<String>) -> ApiCall {
        ApiCall::get(path).with_key(&self.key)
    }

    pub(crate) fn post(&self, path: impl Into<String>, body: &Value) -> ApiCall {
        ApiCall::post(path, body).with_key(&self.key)
    }

    pub(crate) fn invite(&self, person: &Value) -> ApiCall {
        self.post(USERS, person)
    }

    /// The token in the first email of an invitation of this clinic.
    pub(crate) fn token(
        &self,
        running: &Emulator,
        invited: &Value,
    ) -> Result<String, MeasureError> {
        let id = invited["invitationId"].as_str().unwrap_or_default();
        let link =
            InvitationLink { clinic: self.id, invitation: InvitationId::parse(id)?, generation: 1 };
        let token = running.keyrings.invitation_links.invitation_token(&link);
        Ok(token.reveal().to_owned())
    }
}

/// A member without an NPI and without dashboard access.
pub(crate) fn member(email: &str) -> Value {
    json!({
        "email": email, "firstName": "Grace", "lastName": "Lind", "clinicRole": "Front Desk Operator",
        "level": "member", "canManageStudies": true, "canCreateReports": false, "hasDashboardAccess": false,
    })
}

/// A radiologist that the local registry verifies.
pub(crate) fn radiologist(email: &str) -> Value {
    json!({
        "email": email, "firstName": "Anna", "lastName": "Hale", "clinicRole": "Radiologist", "level": "member",
        "canManageStudies": true, "canCreateReports": true, "hasDashboardAccess": false,
        "npiNumber": "1234567893",
    })
}

/// An admin, who needs a password.
pub(crate) fn admin(email: &str) -> Value {
    json!({
        "email": email, "firstName": "Ida", "lastName": "Moss", "clinicRole": "Administrative Director",
        "level": "admin", "canManageStudies": true, "canCreateReports": false, "hasDashboardAccess": true,
    })
}

/// A password that the policy accepts.
pub(crate) const PASSWORD: &str = "copper lantern orbit walnut";

/// A running service whose database the functions use.
pub(crate) struct FunctionBench {
    pub(crate) running: Emulator,
    pub(crate) clinic: BenchClinic,
}

impl FunctionBench {
    pub(crate) async fn new() -> Result<Self, MeasureError> {
        let running = start(Options::default()).await?;
        let clinic = create_clinic(&running).await?;
        Ok(Self { running, clinic })
    }

    /// All settings. Every function gets the same ones and ignores those it does not read.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let Emulator { url, table, .. } = &self.running;
        let mut settings = vec![
            ("AWS_ENDPOINT_URL_DYNAMODB", self.running.dynamodb_url.clone()),
            ("AWS_ENDPOINT_URL_SESV2", url.clone()),
            ("AWS_ENDPOINT_URL_SQS", format!("{url}/sqs")),
            ("WEBHOOK_QUEUE_URL", format!("{url}/sqs")),
            ("AWS_ENDPOINT_URL_S3", format!("{url}/s3/")),
            ("AWS_ENDPOINT_URL_KMS", format!("{url}/kms")),
            ("AUDIT_BUCKET", "audit".to_owned()),
            ("AUDIT_KEY_ARN", "audit-key".to_owned()),
            ("TABLE_NAME", table.clone()),
            ("PUBLIC_URL", url.clone()),
            ("ORIGIN_SECRETS", "off".to_owned()),
            ("SIGNING_KEYS", self.running.signing_keys().to_owned()),
            ("VIEWER_URL_BASE", format!("{url}/viewer")),
            ("VIEWER_ORIGINS", url.clone()),
            ("MAIL_FROM", "no-reply@autoscribe.example".to_owned()),
            ("NPPES_BASE_URL", format!("{url}/api/")),
            ("BREACHED_PASSWORDS_URL", format!("{url}/range/")),
        ];
        settings.extend(self.running.token_secrets().settings());
        settings
    }

    pub(crate) async fn start(&self, name: &str) -> Result<FunctionProcess, MeasureError> {
        FunctionProcess::start(&process::find_binary(name)?, &self.settings()).await
    }
}
