mod list;
mod problems;
mod resend;
mod retrieve;
mod revoke;
mod search;
mod update;
