//! Flows across functions: from an invite to the emailed link to the list of users.

mod alerts;
mod clinic_emails;
mod emailed_link;
mod event_changes;
mod event_ends;
mod event_readers;
mod events;
mod killed;
mod mail_events;
mod mailer;
mod npi_attested;
mod npi_verifier;
mod operator;
mod reporting_granted;
mod sealed_audit;
mod unknown_outcome;
mod webhook_events;
mod webhooks;
