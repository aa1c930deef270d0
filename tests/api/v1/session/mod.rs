mod current;
mod refresh;
mod sign_in;
