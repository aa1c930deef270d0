//! Values that the table holds as text. CONTRIBUTING.md has the rule for new ones.

use std::collections::BTreeSet;
use std::path::Path;

use domain::alert::AlertEvent;
use domain::audit::{AccessRefusal, AuditAction};
use domain::credentials::api_key::Scope;
use domain::credentials::key_set::{KeyChange, KeySet};
use domain::delivery::DeliveryStatus;
use domain::invitation::InvitationStatus;
use domain::study::ViewMode;
use domain::user::UserStatus;
use domain::webhook::{
    DeliveryState, DisabledReason, RequestedDelivery, SendFailure, WebhookStatus,
};
use store::NoticeKind;

/// The values of an enum: the Rust name and the stored text, with a tab between them.
fn named<T: Copy + std::fmt::Debug>(
    kind: &str,
    all: &[T],
    text: impl Fn(T) -> &'static str,
) -> Vec<String> {
    let name = |value: &T| format!("{value:?}").split('(').next().unwrap_or_default().to_owned();
    all.iter().map(|value| format!("{kind}::{}\t{}", name(value), text(*value))).collect()
}

fn values_in_code() -> BTreeSet<String> {
    let users = [UserStatus::Active, UserStatus::Deactivated, UserStatus::Released];
    let notices = NoticeKind::NAMES.map(|(name, text)| format!("NoticeKind::{name}\t{text}"));
    // The variants of these own data, so their names are made of the texts.
    let states = |kind: &str, texts: &[&str]| -> Vec<String> {
        let name = |text: &str| format!("{}{}", text[..1].to_uppercase(), &text[1..]);
        texts.iter().map(|text| format!("{kind}::{}\t{text}", name(text))).collect()
    };
    let values = [
        named("AuditAction", &AuditAction::ALL, AuditAction::as_str),
        named("AccessRefusal", &AccessRefusal::ALL, AccessRefusal::as_str),
        named("KeyChange", &KeyChange::ALL, KeyChange::as_str),
        named("KeySet", &KeySet::ALL, KeySet::as_str),
        named("ViewMode", &ViewMode::ALL, ViewMode::as_str),
        named("DeliveryStatus", &DeliveryStatus::ALL, DeliveryStatus::as_str),
        named("InvitationStatus", &InvitationStatus::ALL, InvitationStatus::as_str),
        named("UserStatus", &users, UserStatus::as_str),
        named("AlertEvent", &AlertEvent::ALL, AlertEvent::as_str),
        named("Scope", &Scope::ALL, Scope::as_str),
        named("DisabledReason", &DisabledReason::ALL, DisabledReason::as_str),
        named("RequestedDelivery", &RequestedDelivery::ALL, RequestedDelivery::as_str),
        named("SendFailure", &SendFailure::ALL, SendFailure::as_str),
        states("DeliveryState", &DeliveryState::NAMES),
        states("WebhookStatus", &WebhookStatus::NAMES),
        notices.to_vec(),
    ];
    values.into_iter().flatten().collect()
}

/// The rows of the file: the value, and the release that first reads it.
fn rows() -> Vec<(&'static str, &'static str)> {
    include_str!("values.tsv").lines().map(|row| row.rsplit_once('\t').unwrap()).collect()
}

/// The values of this release that the code of functions uses already.
fn used_too_early<'a>(rows: &[(&'a str, &str)], release: &str, sources: &[String]) -> Vec<&'a str> {
    let new = rows.iter().filter(|(_, since)| *since == release && release != "0.1.0");
    let name = |value: &'a str| value.split('\t').next().unwrap_or_default();
    let used = |name: &&str| sources.iter().any(|source| source.contains(name));
    new.map(|(value, _)| name(value)).filter(used).collect()
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The code that can write a value. `store` and `mailer` name values to read them.
fn writing_sources() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for folder in ["functions", "shared"] {
        for package in std::fs::read_dir(root.join(folder)).unwrap() {
            let package = package.unwrap().path();
            if !["store", "mailer", "mail"].iter().any(|reader| package.ends_with(reader)) {
                sources(&package, &mut found);
            }
        }
    }
    found
}

#[test]
fn every_stored_value_is_listed_with_the_release_that_first_reads_it() {
    let listed: BTreeSet<_> = rows().iter().map(|(value, _)| (*value).to_owned()).collect();
    assert_eq!(values_in_code(), listed, "add or restore rows of tests/store/values.tsv");
}

#[test]
fn no_value_is_written_by_the_release_that_first_reads_it() {
    let sources = writing_sources();
    let early = used_too_early(&rows(), env!("CARGO_PKG_VERSION"), &sources);
    assert_eq!(early, [""; 0], "write these one release later");
    // The check itself: a value that functions write, as if it were new in the next release.
    let new = [("AuditAction::EmailRequeued\temail.requeued", "0.2.0")];
    assert_eq!(used_too_early(&new, "0.2.0", &sources), ["AuditAction::EmailRequeued"]);
    assert_eq!(used_too_early(&new, "0.3.0", &sources), [""; 0]);
}
