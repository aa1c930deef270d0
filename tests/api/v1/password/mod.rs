mod change;
mod forgot;
mod reset;
mod reset_again;
