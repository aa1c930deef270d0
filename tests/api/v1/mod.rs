mod access;
mod auto_scribe;
mod invitation;
mod password;
mod session;
