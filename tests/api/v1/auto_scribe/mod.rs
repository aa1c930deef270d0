mod ephemeral_sessions;
mod studies;
mod users;
