mod list;
mod names;
mod problems;
mod resend;
mod retrieve;
mod revoke;
mod search;
mod update;
