//! What the store promises of the table, where no route speaks of it yet or none could tell.

mod access;
