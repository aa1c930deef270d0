mod list;
mod resend;
mod retrieve;
mod revoke;
mod update;
