mod access;
mod api_keys;
mod audit_events;
mod auto_scribe;
mod clinic;
mod invitation;
mod password;
mod session;
