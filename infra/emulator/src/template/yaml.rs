//! Converts `CloudFormation`'s YAML to JSON, with short tags in their long form and merge keys
//! resolved.

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

/// Converts `!Ref X` to `{"Ref": "X"}`, `!Sub x` to `{"Fn::Sub": "x"}` and so on.
pub(super) fn to_json(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::Number(number) => serde_json::to_value(number).unwrap_or_default(),
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => items.into_iter().map(to_json).collect(),
        Yaml::Mapping(entries) => merge(
            entries.into_iter().map(|(key, value)| (key_text(&key), to_json(value))).collect(),
        ),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = tag.trim_start_matches('!');
            let long = match name {
                "Ref" | "Condition" => name.to_owned(),
                function => format!("Fn::{function}"),
            };
            json!({ long: to_json(tagged.value) })
        }
    }
}

/// Adds the entries of the mappings under `<<`. The mapping's own entries win, then those of the first mapping.
fn merge(mut entries: Map<String, Value>) -> Value {
    let sources = match entries.remove("<<") {
        Some(Value::Array(sources)) => sources,
        single => single.into_iter().collect(),
    };
    for source in sources {
        if let Value::Object(source) = source {
            for (key, value) in source {
                entries.entry(key).or_insert(value);
            }
        }
    }
    entries.into()
}

fn key_text(key: &Yaml) -> String {
    match key {
        Yaml::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// The resource that `!Ref X`, `!Ref X.Alias`, `!GetAtt X.Arn` or `!Sub "integrations/${X}"` refers to.
pub(super) fn resource_name(value: &Value) -> Option<&str> {
    let (function, argument) = value.as_object()?.iter().next()?;
    match function.as_str() {
        // `!Ref X.Alias` is SAM's form for the alias of a function.
        "Ref" => argument.as_str()?.split('.').next(),
        "Fn::GetAtt" => match argument {
            Value::Array(parts) => parts.first()?.as_str(),
            dotted => dotted.as_str()?.split('.').next(),
        },
        "Fn::Sub" => {
            let inner = argument.as_str()?.split_once("${")?.1.split('}').next()?;
            inner.split('.').next()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_become_long_ones_and_anchors_are_followed() {
        let yaml = r#"{a: &x !Ref Table, b: *x, c: !GetAtt Table.Arn, d: !Sub "i/${Table}", 1: [yes, 2, null]}"#;
        let json = to_json(serde_yaml_ng::from_str(yaml).unwrap());
        assert_eq!(
            json,
            json!({
                "a": { "Ref": "Table" }, "b": { "Ref": "Table" }, "c": { "Fn::GetAtt": "Table.Arn" },
                "d": { "Fn::Sub": "i/${Table}" }, "1": ["yes", 2, null],
            })
        );
        for name in ["a", "b", "c", "d"] {
            assert_eq!(resource_name(&json[name]), Some("Table"), "{name}");
        }
        assert_eq!(resource_name(&json!({ "Fn::GetAtt": ["Table", "Arn"] })), Some("Table"));
        assert_eq!(resource_name(&json!({ "Ref": "Table.Alias" })), Some("Table"));
        assert_eq!(resource_name(&json!("Table")), None);
    }

    #[test]
    fn merge_keys_add_what_a_mapping_does_not_say_itself() {
        let yaml = r"
            base: &base {a: 1, b: 1}
            nested: &nested {<<: *base, b: 2, c: !Ref Table}
            one: {<<: *nested, c: 3}
            several: {<<: [{a: 4}, *nested], d: 5}
        ";
        let json = to_json(serde_yaml_ng::from_str(yaml).unwrap());
        assert_eq!(json["nested"], json!({ "a": 1, "b": 2, "c": { "Ref": "Table" } }));
        assert_eq!(json["one"], json!({ "a": 1, "b": 2, "c": 3 }));
        assert_eq!(json["several"], json!({ "a": 4, "b": 2, "c": { "Ref": "Table" }, "d": 5 }));
    }
}
