//! A link with a secret token.

use std::fmt;

/// A link that carries a token. Anyone who has it can act as the recipient.
///
/// It has no `Display` and no `Serialize`, so that only a template reveals it.
#[derive(Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// Wraps a URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The URL with its token.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_token() {
        let shown = format!("{:?}", Link::new("https://app.example/#token=secret"));
        assert_eq!(shown, "Link(redacted)");
    }
}
