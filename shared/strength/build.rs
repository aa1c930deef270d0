//! Puts the word lists into one automaton, each word with its rank in the list it stands highest in.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::{env, fs};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script by the environment where to write"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=words");
    let mut ranks = BTreeMap::new();
    for entry in fs::read_dir("words")? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        for (word, rank) in fs::read_to_string(path)?.lines().zip(1_u64..) {
            let best = ranks.entry(word.to_owned()).or_insert(rank);
            *best = rank.min(*best);
        }
    }
    let out = env::var("OUT_DIR")?;
    let words = fst::Map::from_iter(ranks)?;
    fs::write(Path::new(&out).join("words.fst"), words.as_fst().as_bytes())?;
    Ok(())
}
