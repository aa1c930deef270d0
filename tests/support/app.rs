//! The whole service on its own embedded database, with one clinic.

use std::sync::Arc;

use auth::jwt::SigningKeys;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord, NameChange, ReceiverChange};
use domain::credentials::api_key::{
    AccessScope, ApiKey, ApiKeySecret, KeyDescription, KeyMaker, KeyWithSecrets, Scope,
};
use domain::credentials::token::InvitationLink;
use domain::embed::EmbedOrigins;
use domain::ids::{ApiKeyId, AuditId, ClinicId, InvitationId};
use domain::review::ReviewFacts;
use domain::time::Clock as _;
use emulator::{Emulator, Options, Storage, TokenSecrets};
use runtime::OsEntropy;
use serde_json::{Value, json};
use store::{CommitOutcome, Store};

use super::actor::{TestClient, TestResponse};
use super::breached_list::BreachedList;
use super::clock::TestClock;
use super::registry::TestRegistry;
use super::secrets_manager::SecretsManager;

/// The service under test.
pub(crate) struct App {
    pub(crate) base: String,
    pub(crate) key: String,
    pub(crate) api_key_id: String,
    pub(crate) clinic_id: String,
    pub(crate) clock: Arc<TestClock>,
    pub(super) running: Emulator,
    pub(crate) registry: TestRegistry,
    pub(crate) breached_list: BreachedList,
}

impl App {
    /// Starts the service and creates a clinic with an invited owner and an API key.
    pub(crate) async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// Starts the service without the stream that calls `mailer`.
    pub(crate) async fn start_without_mailer() -> Self {
        Self::start_with(Options { deliver_stream: false, ..Options::default() }).await
    }

    /// Starts the service on a database that can be made to fail.
    pub(crate) async fn start_with_faults() -> Self {
        Self::start_with(Options { faults: true, ..Options::default() }).await
    }

    /// Starts the service on a database that can be made to fail, without `mailer`.
    pub(crate) async fn start_with_faults_without_mailer() -> Self {
        Self::start_with(Options { deliver_stream: false, faults: true, ..Options::default() })
            .await
    }

    /// Starts the service on the data in a directory, with these signing keys.
    pub(crate) async fn start_in_directory(path: std::path::PathBuf, keys: String) -> Self {
        Self::start_with(Options {
            storage: Storage::Directory(path),
            signing_keys: Some(keys),
            ..Options::default()
        })
        .await
    }

    /// Restarts the service on the data in its directory, with other signing keys.
    pub(crate) async fn restart(self, path: std::path::PathBuf, keys: String) -> Self {
        let secrets = self.token_secrets();
        let (key, api_key_id) = (self.key.clone(), self.api_key_id.clone());
        let (clinic_id, clock) = (self.clinic_id.clone(), self.clock.clone());
        let base = self.base.clone();
        self.stop().await;
        let (registry, breached_list) = (TestRegistry::start().await, BreachedList::start().await);
        let options = Options {
            storage: Storage::Directory(path),
            token_secrets: Some(secrets),
            signing_keys: Some(keys),
            clock: clock.clone(),
            registry: Some(registry.url.clone()),
            breached_passwords: Some(breached_list.url.clone()),
            // Tokens contain the address of the service, so it must stay the same.
            port: base.rsplit(':').next().unwrap().parse().unwrap(),
            ..Options::default()
        };
        let running = emulator::start(options).await.expect("the service starts");
        Self { base, key, api_key_id, clinic_id, clock, running, registry, breached_list }
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }

    pub(super) async fn start_with(options: Options) -> Self {
        let clock = Arc::new(TestClock::default());
        let (registry, breached_list) = (TestRegistry::start().await, BreachedList::start().await);
        let options = Options {
            clock: clock.clone(),
            registry: Some(registry.url.clone()),
            breached_passwords: Some(breached_list.url.clone()),
            ..options
        };
        let running = emulator::start(options).await.expect("the service starts");
        let request = clinic("Riverside Imaging", "owner@riverside.example");
        let made =
            provision::provision(&running.provision_deps(), &request).await.expect("a clinic");
        Self {
            base: running.url.clone(),
            key: made.api_key,
            api_key_id: made.api_key_id,
            clinic_id: made.clinic_id,
            clock,
            running,
            registry,
            breached_list,
        }
    }

    /// The PACS of the clinic, with every scope.
    pub(crate) fn as_pacs(&self) -> TestClient {
        self.as_holder_of(&self.key)
    }

    /// A person without a session, on the dashboard's own pages.
    pub(crate) fn as_invitee(&self) -> TestClient {
        TestClient::new(&self.base, None).with_header("origin", &self.base)
    }

    /// A caller with this credential.
    pub(crate) fn as_holder_of(&self, key: &str) -> TestClient {
        TestClient::new(&self.base, Some(key))
    }

    /// Creates an API key with these scopes for another PACS of the clinic.
    pub(crate) async fn create_pacs(&self, scopes: &[Scope]) -> TestClient {
        self.create_pacs_of(KeyMaker::Operator, scopes).await
    }

    /// Creates an API key with these scopes, as its maker.
    pub(crate) async fn create_pacs_of(&self, maker: KeyMaker, scopes: &[Scope]) -> TestClient {
        let (now, entropy) = (self.clock.now(), OsEntropy);
        let secret = ApiKeySecret::new(&entropy);
        let key = ApiKey {
            id: ApiKeyId::new(now, &entropy),
            clinic: self.clinic(),
            description: KeyDescription::parse("another").unwrap(),
            scopes: scopes.to_vec(),
            embed_origins: EmbedOrigins::default(),
            access_scope: AccessScope::All,
            active: true,
            created_by: maker,
            created_at: now,
            expires_at: None,
        };
        let record = self.operator_record(AuditAction::ApiKeyCreated, AuditObject::ApiKey(key.id));
        let mut tx = self.store().transaction(&record).unwrap();
        tx.put_api_key(&KeyWithSecrets::new(key, &secret)).unwrap();
        assert_eq!(tx.commit().await.unwrap(), CommitOutcome::Committed);
        self.as_holder_of(secret.reveal())
    }

    /// The audit record of a change that the operator makes in the table.
    pub(crate) fn operator_record(&self, action: AuditAction, object: AuditObject) -> AuditRecord {
        let now = self.clock.now();
        AuditRecord {
            id: AuditId::new(now, &OsEntropy),
            clinic: self.clinic(),
            at: now,
            actor: Actor::Operator,
            action,
            object,
            before: None,
            after: None,
            names: NameChange::default(),
            receiver: ReceiverChange::default(),
            role: None,
            deliveries: 0,
            ip: None,
            review: ReviewFacts::default(),
        }
    }

    /// Creates another clinic, whose invitations stay open for 3 days. Returns its PACS.
    pub(crate) async fn create_other_clinic(&self) -> TestClient {
        let mut request = clinic("Lakeside Radiology", "owner@lakeside.example");
        request.invitation_days = Some(3);
        let made =
            provision::provision(&self.running.provision_deps(), &request).await.expect("a clinic");
        self.as_holder_of(&made.api_key)
    }

    /// Invokes provision, as the operator does.
    pub(crate) async fn provision(
        &self,
        command: &Value,
    ) -> Result<Value, provision::ProvisionError> {
        let command = serde_json::from_value(command.clone()).expect("a command");
        let result = provision::handle(&self.running.provision_deps(), &command).await?;
        Ok(serde_json::to_value(result).unwrap())
    }

    /// Invokes provision with the secrets of a stack.
    pub(crate) async fn provision_with(
        &self,
        secrets: &SecretsManager,
        command: &Value,
    ) -> Result<Value, provision::ProvisionError> {
        let command = serde_json::from_value(command.clone()).expect("a command");
        let context = self.running.context.clone();
        let deps = provision::Deps { secrets: secrets.key_secrets(), context };
        Ok(serde_json::to_value(provision::handle(&deps, &command).await?).unwrap())
    }

    /// Removes the published keys, as in a new stack. Functions may cache them for five minutes.
    pub(crate) async fn unpublish_keys(&self) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let delete = self.running.client.delete_item().table_name(self.table());
        let delete = delete.key("PK", text("KEYS#public")).key("SK", text("KEYS"));
        delete.send().await.unwrap();
    }

    /// Rotates the signing keys: publishes those of this secret, and replaces those of the running function.
    pub(crate) async fn replace_signing_keys(&self, secret: &str) {
        let next = SigningKeys::from_secret(secret).unwrap();
        self.store().publish_keys(&next.public()).await.unwrap();
        self.running.signing.replace(&next);
    }

    /// Creates another clinic and signs in an admin there. Returns its PACS and the admin.
    pub(crate) async fn create_other_clinic_with_admin(&self) -> (TestClient, TestClient) {
        let pacs = self.create_other_clinic().await;
        let person = super::person::admin("boss@lakeside.example");
        let invited = pacs.invite(&person).await;
        let token = self.token_in(&pacs, &invited).await;
        let body = json!({ "token": token, "password": super::person::PASSWORD });
        self.as_invitee().accept(&body).await.expect(200);
        (pacs, self.open_session("boss@lakeside.example").await.client)
    }

    pub(crate) fn clinic(&self) -> ClinicId {
        ClinicId::parse(&self.clinic_id).unwrap()
    }

    pub(crate) fn invitation_id(id: &str) -> InvitationId {
        InvitationId::parse(id).unwrap()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.running.context.store
    }

    pub(crate) fn table(&self) -> String {
        self.running.table.clone()
    }

    pub(crate) fn dynamodb_url(&self) -> String {
        self.running.dynamodb_url.clone()
    }

    pub(crate) fn token_secrets(&self) -> TokenSecrets {
        self.running.token_secrets().clone()
    }

    pub(crate) fn signing_keys(&self) -> String {
        self.running.signing_keys().to_owned()
    }

    /// The token in the link of an invitation. `generation` counts the links sent so far.
    pub(crate) fn token(&self, id: &str, generation: u32) -> String {
        self.derive_token(self.clinic(), id, generation)
    }

    /// A correctly signed token for the same invitation in a clinic that does not have it.
    pub(crate) fn foreign_token(&self, id: &str) -> String {
        self.derive_token(ClinicId::new(self.clock.now(), &OsEntropy), id, 1)
    }

    /// The token of an invitation created by another clinic's PACS.
    pub(crate) async fn token_in(&self, actor: &TestClient, invited: &TestResponse) -> String {
        let id = invited.str("invitationId");
        let invitation = actor.get(&format!("/v1/autoScribe/users/invitations/{id}")).await;
        self.derive_token(ClinicId::parse(&invitation.str("clinicId")).unwrap(), &id, 1)
    }

    fn derive_token(&self, clinic: ClinicId, id: &str, generation: u32) -> String {
        let link = InvitationLink { clinic, invitation: Self::invitation_id(id), generation };
        self.running.keyrings.invitation_links.invitation_token(&link).reveal().to_owned()
    }

    /// The link in the email.
    pub(crate) fn link(&self, id: &str, generation: u32) -> String {
        format!("{}/accept#token={}", self.running.mailer.public_url, self.token(id, generation))
    }

    /// Invites a person. Returns the token of the link.
    pub(crate) async fn invite_and_get_token(&self, person: &Value) -> String {
        let invited = self.as_pacs().invite(person).await;
        invited.expect(201);
        self.token(&invited.str("invitationId"), 1)
    }

    /// Invites a person and accepts for them. Returns the user.
    pub(crate) async fn invite_and_confirm(&self, person: &Value, password: Option<&str>) -> Value {
        let mut body = json!({ "token": self.invite_and_get_token(person).await });
        if let Some(password) = password {
            body["password"] = json!(password);
        }
        self.as_invitee().accept(&body).await.expect(200)
    }

    /// Confirms the clinic's owner, after the email was sent.
    ///
    /// An invitation accepted before that is never emailed.
    pub(crate) async fn confirm_owner(&self) -> Value {
        self.wait_until_delivered().await;
        let owner = &self.list_invitations("?status=sent").await[0];
        let token = self.token(owner["invitationId"].as_str().unwrap(), 1);
        let body = json!({ "token": token, "password": "lantern-gravel-otter" });
        let accepted = self.as_invitee().accept(&body).await;
        accepted.expect(200)
    }

    pub(crate) async fn read_invitation(&self, id: &str) -> Value {
        self.as_pacs().get(&format!("/v1/autoScribe/users/invitations/{id}")).await.expect(200)
    }

    pub(crate) async fn list_invitations(&self, query: &str) -> Vec<Value> {
        let page = self
            .as_pacs()
            .get(&format!("/v1/autoScribe/users/invitations{query}"))
            .await
            .expect(200);
        page["invitations"].as_array().unwrap().clone()
    }

    /// The clinic's count of active owners and admins.
    pub(crate) async fn count_managers(&self) -> u32 {
        self.store().load_clinic(self.clinic()).await.unwrap().unwrap().managers
    }

    /// The number of items in the table, once `mailer` has written its own.
    pub(crate) async fn count_items(&self) -> usize {
        self.wait_until_delivered().await;
        self.load_items().await.len()
    }

    /// Every item of the table, as text.
    pub(crate) async fn dump_table(&self) -> String {
        format!("{:?}", self.load_items().await)
    }

    /// The audit records of one action.
    pub(crate) async fn list_audit_records(&self, action: &str) -> Vec<store::RawItem> {
        let of_action = |item: &store::RawItem| {
            item.get("an").is_some_and(|v| v.as_s().is_ok_and(|a| a == action))
        };
        self.load_items().await.into_iter().filter(of_action).collect()
    }

    /// Removes an attribute of an item.
    pub(crate) async fn remove_attribute(&self, pk: &str, sk: &str, attribute: &str) {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let update = self.running.client.update_item().table_name(self.table());
        let update = update.key("PK", text(pk)).key("SK", text(sk));
        update.update_expression(format!("REMOVE {attribute}")).send().await.unwrap();
    }

    /// Deletes an item.
    pub(crate) async fn delete_item(&self, pk: &str, sk: &str) {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let delete = self.running.client.delete_item().table_name(self.table());
        delete.key("PK", text(pk)).key("SK", text(sk)).send().await.unwrap();
    }

    /// Reads every item of the table.
    pub(crate) async fn load_items(&self) -> Vec<store::RawItem> {
        let pages =
            self.running.client.scan().table_name(self.table()).into_paginator().items().send();
        pages.collect::<Result<_, _>>().await.unwrap()
    }
}

fn clinic(name: &str, owner: &str) -> provision::ClinicRequest {
    provision::ClinicRequest {
        clinic_name: name.to_owned(),
        reply_to: Some("front-desk@riverside.example".to_owned()),
        invitation_days: None,
        owner_email: owner.to_owned(),
        owner_first_name: "Olu".to_owned(),
        owner_last_name: "Adeyemi".to_owned(),
        embed_origins: None,
        scopes: None,
    }
}
