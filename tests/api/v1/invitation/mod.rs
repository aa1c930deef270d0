mod accept;
mod lookup;
mod reject;
mod request_new;
