//! A small list of breached passwords, in place of Have I Been Pwned's. It answers like the range
//! API: every entry of a range, and padding on request.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha1::{Digest, Sha1};
use std::fmt::Write as _;

/// The passwords on the list. All are long, and only the list refuses them.
pub const BREACHED_PASSWORDS: [&str; 4] = [
    "correcthorsebatterystaple",
    "iloveyousomuchbaby",
    "tobeornottobethatisthequestion",
    "trustno1trustno1",
];

/// The number of hex digits in the name of a range.
const PREFIX: usize = 5;

/// How many other entries each range has. The real list has hundreds.
const OTHERS: u32 = 20;

/// How many padding entries a range has. They hide the real number of entries.
const PADDING: u32 = 80;

/// The list's one route, `GET /range/<first 5 digits of the SHA-1>`.
pub fn router() -> Router {
    Router::new().route("/range/{prefix}", get(read_range))
}

async fn read_range(Path(prefix): Path<String>, headers: HeaderMap) -> Response {
    if prefix.len() != PREFIX || !prefix.bytes().all(|b| b.is_ascii_hexdigit()) {
        return (StatusCode::BAD_REQUEST, "The hash prefix was not in a valid format")
            .into_response();
    }
    let padded = headers.get("add-padding").is_some_and(|value| value == "true");
    range(&prefix.to_ascii_uppercase(), padded).into_response()
}

fn range(prefix: &str, padded: bool) -> String {
    let listed = BREACHED_PASSWORDS.map(digest);
    let suffixes = listed.iter().filter_map(|digest| digest.strip_prefix(prefix));
    let mut lines: Vec<String> = suffixes.map(|suffix| format!("{suffix}:37")).collect();
    let entry =
        |n: u32, count: u32| format!("{}:{count}", &digest(&format!("{prefix} {n}"))[PREFIX..]);
    lines.extend((0..OTHERS).map(|n| entry(n, n + 1)));
    if padded {
        lines.extend((OTHERS..OTHERS + PADDING).map(|n| entry(n, 0)));
    }
    lines.sort_unstable();
    lines.join("\r\n")
}

fn digest(password: &str) -> String {
    Sha1::digest(password.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use domain::credentials::password::{BreachDigest, KnownWords, Password};
    use domain::person::email::Email;

    use super::*;

    fn digest_of(password: &str) -> BreachDigest {
        let email = Email::parse("ada@clinic.example").unwrap();
        let rated = Password::parse(password).unwrap().rate(&KnownWords::new(&email, [], []));
        rated.expect("only the list refuses it").breach_digest()
    }

    #[test]
    fn every_password_on_the_list_is_found_in_its_range() {
        for password in BREACHED_PASSWORDS {
            let digest = digest_of(password);
            for padded in [false, true] {
                assert_eq!(digest.is_in(&range(digest.prefix(), padded)), Ok(true), "{password}");
            }
        }
    }

    #[test]
    fn padding_entries_have_a_count_of_zero() {
        let digest = digest_of("lantern-gravel-otter");
        let range = range(digest.prefix(), true);
        assert_eq!(digest.is_in(&range), Ok(false));
        assert_eq!(range.lines().filter(|line| line.ends_with(":0")).count(), 80);
        assert_eq!(range.lines().count(), 100);
    }

    #[tokio::test]
    async fn an_invalid_prefix_is_a_400() {
        for wrong in ["21BD", "21BD12", "21BDX"] {
            let answer = read_range(Path(wrong.to_owned()), HeaderMap::new()).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{wrong}");
        }
        let answer = read_range(Path("21bd1".to_owned()), HeaderMap::new()).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
}
