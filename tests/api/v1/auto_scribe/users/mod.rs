mod batch;
mod invitations;
mod invite;
mod list;
mod npi;
mod retrieve;
