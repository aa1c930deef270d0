mod clinic;
mod confirm;
mod cross_site;
mod current;
mod list;
mod sign_in;
