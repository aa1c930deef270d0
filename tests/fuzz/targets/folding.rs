//! Fuzzes `fuzz::folding`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::folding(bytes));
