//! Reads an email as its recipient does.

use serde_json::Value;

/// The plain-text body.
pub(crate) fn text_of(email: &Value) -> String {
    email["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().expect("a text body").to_owned()
}

/// The link to follow.
pub(crate) fn link_in(email: &Value) -> String {
    let text = text_of(email);
    let link =
        text.split_whitespace().find(|word| word.starts_with("http") && word.contains("#token="));
    link.unwrap_or_else(|| panic!("no link in {text}")).to_owned()
}
