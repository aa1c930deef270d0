mod settings;
mod transfer_ownership;
