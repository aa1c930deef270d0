mod list;
mod problems;
mod resend;
mod retrieve;
mod revoke;
mod update;
