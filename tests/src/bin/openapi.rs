//! Prints openapi.json.

#[expect(clippy::print_stdout, reason = "the output of this program")]
fn main() -> Result<(), serde_json::Error> {
    println!("{}", tests::openapi().to_pretty_json()?);
    Ok(())
}
