//! What an attacker tries, one file for each kind of attack.

mod borrowed_identity;
mod email_abuse;
mod ended_authority;
mod foreign_clinic;
mod locked_out;
mod lost_race;
mod planted_authority;
mod self_verification;
mod session_without_password;
mod stolen_cookie;
