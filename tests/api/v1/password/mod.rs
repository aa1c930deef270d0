mod change;
mod forgot;
mod keyboards;
mod reset;
mod reset_again;
