mod change;
mod forgot;
mod keyboards;
mod lookup;
mod reset;
mod reset_again;
