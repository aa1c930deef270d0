//! The one DynamoDB table: keys, items, transactions and pages.
//!
//! Every state change is one [`Transaction`]. It writes the new state, the claims that keep addresses and
//! NPIs unique, and the audit record. Its conditions require that the state is still what was read.

mod account;
mod actor_names;
mod api_key;
mod assignment;
mod attr;
mod audit;
mod claim;
mod client;
mod clinic;
mod codec;
mod delivery;
mod due;
mod error;
mod event;
mod grant;
mod idempotency;
mod invitation;
mod item;
mod key;
mod marking;
mod notice;
mod outbox;
mod page;
mod profile;
mod proof;
mod public_keys;
mod review;
mod session;
mod throttle;
mod timing;
mod transaction;
mod user;
mod webhook;
mod write;

pub use account::{Account, Membership};
pub use actor_names::ActorNames;
pub use api_key::UsedApiKey;
pub use audit::{AuditPart, AuditRange, SealOutcome, SealedPart, SealedRecord};
pub use audit::{StoredRecord, StoredRecords, audit_months};
pub use claim::ClinicClaims;
pub use client::{Consistency, Store};
pub use delivery::StoredDelivery;
pub use due::{DuePage, DueStart};
pub use error::StoreError;
pub use event::{
    AppendOutcome, DUE_PARTS, DeliveryChange, DueEntry, DueItem, DueThing, EventPage, EventsAfter,
    KEPT_FOR as EVENTS_KEPT_FOR, NewEvent, SkippedEvent, StoredEvent,
};
pub use grant::{GrantLimit, OpenGrants, ViewKeys, ViewParties};
pub use idempotency::{IdempotencyOutcome, KeyReservation, SavedResponse};
pub use invitation::{InvitationCount, InvitationRange, ReadBudget};
pub use item::RawItem;
pub use marking::{ItemState, MarkableItem};
pub use notice::{Notice, NoticeKind};
pub use outbox::{Mail, MailId, MailLease};
pub use page::{Page, PageRequest};
pub use proof::ProofOutcome;
pub use review::{KeySources, PersonSources, ReviewMark, UnkeptRecords};
pub use throttle::{
    AttemptDecision, AttemptLimit, AttemptReservation, AttemptSource, GuessedAddress, ReachedLimit,
};
pub use transaction::{CommitOutcome, Part, Transaction};
pub use user::Member;
pub use webhook::{DELIVERY_DUE_PARTS, DueWebhookWork};
