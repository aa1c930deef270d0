//! What a table holds, without ids, times and digests.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use store::RawItem;

/// Attributes that say what an item is, and how often something was done to it.
const TELLING: [&str; 12] =
    ["an", "ge", "st", "dl", "ac", "mg", "ow", "wr", "re", "ki", "ev", "ho"];
/// The same of a profile.
const TELLING_OF_PROFILE: [&str; 6] = ["fn", "lv", "np", "nv", "cr", "da"];

/// Counts the items of each kind. Leaves out reserved requests, proofs and counters of nothing, which end by
/// themselves.
pub(super) fn snapshot(items: &[RawItem]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for item in items.iter().map(describe).filter(|kind| !passes(kind)) {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

fn describe(item: &RawItem) -> String {
    let part = |name: &str| item[name].as_s().unwrap().split(['#', '_']).next().unwrap();
    let profile = item.get("p").and_then(|profile| profile.as_m().ok());
    let own = TELLING.iter().map(|name| show(name, item.get(*name)));
    let of_profile = TELLING_OF_PROFILE.iter().map(|name| show(name, profile?.get(*name)));
    let shown: Vec<String> = own.chain(of_profile).flatten().collect();
    format!("{}/{} {}", part("PK"), part("SK"), shown.join(" "))
}

/// Shows an attribute. `ac` is a flag of an API key. An audit record has its actor there, whose id differs.
fn show(name: &str, value: Option<&AttributeValue>) -> Option<String> {
    match value? {
        AttributeValue::S(value) if name != "ac" => Some(format!("{name}={value}")),
        AttributeValue::N(value) => Some(format!("{name}={value}")),
        AttributeValue::Bool(value) => Some(format!("{name}={value}")),
        _ => None,
    }
}

fn passes(kind: &str) -> bool {
    let counts = kind.contains(" wr=") || kind.contains(" re=") && !kind.contains(" re=0");
    kind.starts_with("IDEM") || kind.starts_with("DPOP") || kind.contains("/THROTTLE") && !counts
}
