//! Links into the viewer.

use domain::credentials::token::LinkToken;
use domain::grant::{GrantDetails, View};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Every byte except the unreserved ones of RFC 3986.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which part of a link holds the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkStyle {
    /// `#token=`. A browser sends it to no server, so it appears in no log and no `Referer`.
    Fragment,
    /// `?token=`: for viewers that read the query.
    Query,
}

/// The setting is neither `fragment` nor `query`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ACCESS_LINK_STYLE must be fragment or query")]
pub struct UnknownStyle;

impl LinkStyle {
    /// Reads the setting.
    pub fn parse(text: &str) -> Result<Self, UnknownStyle> {
        match text {
            "fragment" => Ok(Self::Fragment),
            "query" => Ok(Self::Query),
            _ => Err(UnknownStyle),
        }
    }
}

/// Makes links into the viewer.
#[derive(Clone, Debug)]
pub struct Links {
    base: String,
    style: LinkStyle,
}

impl Links {
    /// Links into the viewer at `base`.
    pub fn new(base: &str, style: LinkStyle) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), style }
    }

    /// The link to a view.
    pub(crate) fn to(&self, details: &GrantDetails, token: &LinkToken) -> String {
        let place = match &details.view {
            View::Dictation { study, .. } | View::ViewerOnly { study, .. } => {
                format!("study/{}", study.key())
            }
            View::Ephemeral(session) => {
                format!("ephemeral/{}", path_segment(session.retrieval.as_str()))
            }
        };
        let mark = match self.style {
            LinkStyle::Fragment => '#',
            LinkStyle::Query => '?',
        };
        format!("{}/{place}{mark}token={}", self.base, token.reveal())
    }
}

/// Encodes a text as one segment of a path.
fn path_segment(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_retrieval_id_is_one_path_segment() {
        assert_eq!(path_segment("order-1_2.3~"), "order-1_2.3~");
        assert_eq!(path_segment("a/../b?c#d e%ü"), "a%2F..%2Fb%3Fc%23d%20e%25%C3%BC");
    }

    #[test]
    fn a_style_is_fragment_or_query() {
        assert_eq!(LinkStyle::parse("fragment"), Ok(LinkStyle::Fragment));
        assert_eq!(LinkStyle::parse("query"), Ok(LinkStyle::Query));
        assert_eq!(LinkStyle::parse("Query"), Err(UnknownStyle));
    }
}
