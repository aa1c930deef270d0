//! The whole service on an embedded database of its own, with one clinic in it.

use std::sync::Arc;

use domain::actor::Actor as Auditee;
use domain::audit::{AuditAction, AuditObject, AuditRecord};
use domain::credentials::api_key::{ApiKey, ApiKeySecret, KeyDescription, Scope};
use domain::credentials::token::InvitationLink;
use domain::embed::EmbedOrigins;
use domain::ids::{ApiKeyId, AuditId, ClinicId, InvitationId};
use domain::time::Clock as _;
use emulator::{Emulator, Options, Storage};
use runtime::OsEntropy;
use serde_json::{Value, json};
use store::{CommitOutcome, Store};

use super::actor::{Actor, Answer};
use super::breached_list::BreachedList;
use super::clock::TestClock;
use super::registry::Registry;

/// The service under test.
pub(crate) struct App {
    pub(crate) base: String,
    pub(crate) key: String,
    pub(crate) api_key_id: String,
    pub(crate) clinic_id: String,
    pub(crate) clock: Arc<TestClock>,
    pub(super) running: Emulator,
    pub(crate) registry: Registry,
    pub(crate) breached_list: BreachedList,
}

impl App {
    /// With a clinic, its owner's invitation and an API key.
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// With nobody who calls `mailer`.
    pub(crate) async fn without_pump() -> Self {
        Self::with(Options { deliver_stream: false, ..Options::default() }).await
    }

    /// With a database that can be told to fail.
    pub(crate) async fn with_faults() -> Self {
        Self::with(Options { faults: true, ..Options::default() }).await
    }

    /// Both.
    pub(crate) async fn unpumped_with_faults() -> Self {
        Self::with(Options { deliver_stream: false, faults: true, ..Options::default() }).await
    }

    /// On data in a directory, with these signing keys.
    pub(crate) async fn in_directory(path: std::path::PathBuf, keys: String) -> Self {
        Self::with(Options {
            storage: Storage::Directory(path),
            signing_keys: Some(keys),
            ..Options::default()
        })
        .await
    }

    /// The same data in the same directory under other signing keys.
    pub(crate) async fn restarted(self, path: std::path::PathBuf, keys: String) -> Self {
        let root_key = self.root_key();
        let (key, api_key_id) = (self.key.clone(), self.api_key_id.clone());
        let (clinic_id, clock) = (self.clinic_id.clone(), self.clock.clone());
        let base = self.base.clone();
        self.end().await;
        let (registry, breached_list) = (Registry::start().await, BreachedList::start().await);
        let options = Options {
            storage: Storage::Directory(path),
            root_key: Some(root_key),
            signing_keys: Some(keys),
            clock: clock.clone(),
            registry: Some(registry.url.clone()),
            breached_passwords: Some(breached_list.url.clone()),
            // Tokens name the address of the service.
            port: base.rsplit(':').next().unwrap().parse().unwrap(),
            ..Options::default()
        };
        let running = emulator::start(options).await.expect("the service starts");
        Self { base, key, api_key_id, clinic_id, clock, running, registry, breached_list }
    }

    /// Ends cleanly.
    pub(crate) async fn end(self) {
        self.running.stop().await;
    }

    async fn with(options: Options) -> Self {
        let clock = Arc::new(TestClock::default());
        let (registry, breached_list) = (Registry::start().await, BreachedList::start().await);
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
    pub(crate) fn as_pacs(&self) -> Actor {
        self.as_holder_of(&self.key)
    }

    /// Someone with nothing but a link.
    pub(crate) fn as_invitee(&self) -> Actor {
        Actor::new(&self.base, None)
    }

    /// Someone who shows this credential.
    pub(crate) fn as_holder_of(&self, key: &str) -> Actor {
        Actor::new(&self.base, Some(key))
    }

    /// Another PACS of the same clinic, with these scopes.
    pub(crate) async fn as_pacs_with(&self, scopes: &[Scope]) -> Actor {
        let (now, entropy) = (self.clock.now(), OsEntropy);
        let secret = ApiKeySecret::new(&entropy);
        let key = ApiKey {
            id: ApiKeyId::new(now, &entropy),
            clinic: self.clinic(),
            description: KeyDescription::parse("another").unwrap(),
            scopes: scopes.to_vec(),
            embed_origins: EmbedOrigins::default(),
            active: true,
            created_at: now,
            last_used_at: None,
        };
        let record = AuditRecord {
            id: AuditId::new(now, &entropy),
            clinic: self.clinic(),
            at: now,
            actor: Auditee::Operator,
            action: AuditAction::ApiKeyCreated,
            object: AuditObject::ApiKey(key.id),
            before: None,
            after: None,
            ip: None,
        };
        let mut tx = self.store().transaction(&record).unwrap();
        tx.put_api_key(&key, &secret).unwrap();
        assert_eq!(tx.commit().await.unwrap(), CommitOutcome::Committed);
        self.as_holder_of(secret.reveal())
    }

    /// The PACS of a clinic that was made just now, and whose invitations stay open for 3 days.
    pub(crate) async fn other_clinic(&self) -> Actor {
        let mut request = clinic("Lakeside Radiology", "owner@lakeside.example");
        request.invitation_days = Some(3);
        let made =
            provision::provision(&self.running.provision_deps(), &request).await.expect("a clinic");
        self.as_holder_of(&made.api_key)
    }

    /// The same with an admin signed in there.
    pub(crate) async fn other_clinic_with_admin(&self) -> (Actor, Actor) {
        let pacs = self.other_clinic().await;
        let person = super::person::admin("boss@lakeside.example");
        let invited = pacs.invite(&person).await;
        let token = self.token_in(&pacs, &invited).await;
        let body = json!({ "token": token, "password": super::person::PASSWORD });
        let accepted = self.as_invitee().post("/v1/invitation/accept", &body).await;
        let access = accepted.expect(200)["session"]["accessToken"].clone();
        (pacs, self.as_holder_of(access.as_str().unwrap()))
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

    pub(crate) fn root_key(&self) -> String {
        self.running.root_key().to_owned()
    }

    pub(crate) fn signing_keys(&self) -> String {
        self.running.signing_keys().to_owned()
    }

    // Links.

    /// The token of an invitation's link of this generation.
    pub(crate) fn token(&self, id: &str, generation: u32) -> String {
        self.derived(self.clinic(), id, generation)
    }

    /// A genuine token for the same invitation in a clinic that does not have it.
    pub(crate) fn foreign_token(&self, id: &str) -> String {
        self.derived(ClinicId::new(self.clock.now(), &OsEntropy), id, 1)
    }

    /// The token of an invitation that another clinic's PACS made.
    pub(crate) async fn token_in(&self, actor: &Actor, invited: &Answer) -> String {
        let id = invited.str("invitationId");
        let invitation = actor.get(&format!("/v1/autoScribe/users/invitations/{id}")).await;
        self.derived(ClinicId::parse(&invitation.str("clinicId")).unwrap(), &id, 1)
    }

    fn derived(&self, clinic: ClinicId, id: &str, generation: u32) -> String {
        let link = InvitationLink { clinic, invitation: Self::invitation_id(id), generation };
        self.running.mailer.keyring.invitation_token(&link).reveal().to_owned()
    }

    /// The link that a mail carries.
    pub(crate) fn link(&self, id: &str, generation: u32) -> String {
        format!("{}#token={}", self.running.mailer.accept_url, self.token(id, generation))
    }

    /// Invites, and gives the token.
    pub(crate) async fn invited_token(&self, person: &Value) -> String {
        let invited = self.as_pacs().invite(person).await;
        invited.expect(201);
        self.token(&invited.str("invitationId"), 1)
    }

    /// Invites and confirms, and gives the user.
    pub(crate) async fn confirmed(&self, person: &Value, password: Option<&str>) -> Value {
        let mut body = json!({ "token": self.invited_token(person).await });
        if let Some(password) = password {
            body["password"] = json!(password);
        }
        self.as_invitee().post("/v1/invitation/accept", &body).await.expect(200)
    }

    /// The clinic's owner, confirmed after the mail: of an invitation accepted sooner none is sent.
    pub(crate) async fn confirmed_owner(&self) -> Value {
        self.settle().await;
        let owner = &self.invitations("?status=sent").await[0];
        let token = self.token(owner["invitationId"].as_str().unwrap(), 1);
        let body = json!({ "token": token, "password": "lantern-gravel-otter" });
        let accepted = self.as_invitee().post("/v1/invitation/accept", &body).await;
        accepted.expect(200)
    }

    // What is there.

    pub(crate) async fn invitation(&self, id: &str) -> Value {
        self.as_pacs().get(&format!("/v1/autoScribe/users/invitations/{id}")).await.expect(200)
    }

    pub(crate) async fn invitations(&self, query: &str) -> Vec<Value> {
        let page = self
            .as_pacs()
            .get(&format!("/v1/autoScribe/users/invitations{query}"))
            .await
            .expect(200);
        page["invitations"].as_array().unwrap().clone()
    }

    /// Owners and admins that the clinic counts.
    pub(crate) async fn managers(&self) -> u32 {
        self.store().load_clinic(self.clinic()).await.unwrap().unwrap().managers
    }

    pub(crate) async fn item_count(&self) -> usize {
        self.items().await.len()
    }

    /// All that the table holds, as text.
    pub(crate) async fn everything(&self) -> String {
        format!("{:?}", self.items().await)
    }

    /// Audit records of one action.
    pub(crate) async fn audited(&self, action: &str) -> Vec<store::RawItem> {
        let of_action = |item: &store::RawItem| {
            item.get("an").is_some_and(|v| v.as_s().is_ok_and(|a| a == action))
        };
        self.items().await.into_iter().filter(of_action).collect()
    }

    pub(crate) async fn every_item(&self) -> Vec<store::RawItem> {
        self.items().await
    }

    pub(super) async fn items(&self) -> Vec<store::RawItem> {
        let pages =
            self.running.client.scan().table_name(self.table()).into_paginator().items().send();
        pages.collect::<Result<_, _>>().await.unwrap()
    }
}

fn clinic(name: &str, owner: &str) -> provision::Request {
    provision::Request {
        clinic_name: name.to_owned(),
        reply_to: Some("front-desk@riverside.example".to_owned()),
        invitation_days: None,
        owner_email: owner.to_owned(),
        owner_first_name: "Olu".to_owned(),
        owner_last_name: "Adeyemi".to_owned(),
        embed_origins: None,
    }
}
