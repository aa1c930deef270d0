//! JSON as clients write it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// UTF-8's byte order mark. Some clients start a body with it, and RFC 8259 section 8.1 lets a reader ignore it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns the JSON of a body, without a byte order mark.
pub fn skip_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

/// Reads JSON. Refuses an object that has a key twice, because readers disagree about which one counts.
pub fn parse(body: &[u8]) -> Result<Value, serde_json::Error> {
    let json = skip_byte_order_mark(body);
    serde_json::from_slice::<UniqueKeys>(json)?;
    serde_json::from_slice(json)
}

/// Any JSON in which no object has a key twice. `Value` would keep the last one.
struct UniqueKeys;

impl<'de> Deserialize<'de> for UniqueKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for UniqueKeys {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            if !seen.insert(key) {
                return Err(A::Error::custom("a key comes twice"));
            }
            members.next_value::<Self>()?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_unless_a_key_comes_twice() {
        for (json, read) in [
            (r#"{"a":{"x":1},"b":{"x":1}}"#, true),
            (r#"[1,-1,1.5,1e300,true,null,"a",[],{}]"#, true),
            ("\u{feff}{}", true),
            ("\u{feff}\u{feff}{}", false),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":1,"\u0061":1}"#, false),
            (r#"[{"b":[{"a":1,"a":2}]}]"#, false),
            (r#"{"":1,"":2}"#, false),
            ("", false),
            ("\u{feff}", false),
        ] {
            assert_eq!(parse(json.as_bytes()).is_ok(), read, "{json}");
        }
        let error = parse(b"{\"a\":1,\n\"a\":2}").unwrap_err();
        assert_eq!((error.line(), error.column()), (2, 3), "the second key");
    }
}
