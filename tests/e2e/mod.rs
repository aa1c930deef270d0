//! The whole way: from an invite over the mailed link to the list of users.

mod mailed_link;
mod mailer;
mod npi_attested;
mod npi_verifier;
