//! The rules for dependencies: allowed imports, excluded crates, accepted licenses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

fn load_metadata() -> Metadata {
    MetadataCommand::new().other_options(["--locked".to_owned()]).exec().expect("cargo metadata")
}

/// The workspace crates that each workspace crate depends on, without dev-dependencies.
fn workspace_imports(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let members = metadata.workspace_packages();
    let ours: BTreeSet<&str> = members.iter().map(|p| p.name.as_str()).collect();
    let is_ours = |d: &&cargo_metadata::Dependency| {
        d.kind == DependencyKind::Normal && d.path.is_some() && ours.contains(d.name.as_str())
    };
    let of = |p: &cargo_metadata::Package| {
        p.dependencies.iter().filter(is_ours).map(|d| d.name.clone()).collect()
    };
    members.iter().map(|p| (p.name.to_string(), of(p))).collect()
}

const ADAPTERS: [&str; 6] = ["store", "mail", "npi", "web", "queue", "segment"];
/// Crates for HTTP functions and other functions that write.
const SHARED: [&str; 2] = ["changes", "auth"];
const FUNCTIONS: [&str; 12] = [
    "invite",
    "confirm",
    "list",
    "mailer",
    "mail-events",
    "npi-verifier",
    "events",
    "webhooks",
    "provision",
    "users",
    "session",
    "temporary-access",
];

fn allowed_imports(krate: &str) -> Vec<&'static str> {
    match krate {
        "domain" | "telemetry" => vec![],
        "lookup" => vec!["telemetry"],
        "store" | "mail" | "web" => vec!["domain", "telemetry"],
        "queue" | "segment" => vec!["domain"],
        "npi" => vec!["domain", "lookup"],
        "changes" => vec!["domain", "store"],
        "auth" => vec!["domain", "lookup", "store", "web", "changes"],
        "runtime" => vec!["domain", "telemetry", "store", "web", "changes", "auth"],
        name if FUNCTIONS.contains(&name) => {
            [&["domain", "telemetry", "runtime"][..], &ADAPTERS, &SHARED].concat()
        }
        // These run or test the whole service.
        "emulator" | "dev" | "tests" | "bench" => {
            let ours = ["domain", "runtime", "emulator"];
            // The bench starts functions with the Runtime API of the tests.
            let tests: &[&str] = if krate == "bench" { &["tests"] } else { &[] };
            [&ours[..], tests, &ADAPTERS, &SHARED, &FUNCTIONS].concat()
        }
        "verify-audit" => vec!["domain", "runtime", "segment", "store"],
        "fuzz" => vec!["auth", "domain", "web"],
        other => panic!("no rule for {other}: see docs/ARCHITECTURE.md"),
    }
}

#[test]
fn crates_import_only_what_the_table_allows() {
    for (krate, imports) in workspace_imports(&load_metadata()) {
        let allowed = allowed_imports(&krate);
        for import in imports {
            assert!(allowed.contains(&import.as_str()), "{krate} must not import {import}");
        }
    }
}

#[test]
fn the_domain_links_no_aws_http_or_async_runtime() {
    let tree = list_linked_crates("domain");
    for foreign in
        ["aws-", "axum", "http ", "hyper", "lambda", "tokio", "getrandom", "regex", "reqwest"]
    {
        assert!(!tree.iter().any(|krate| krate.starts_with(foreign)), "domain reaches {foreign}");
    }
}

/// Every crate that one package links, with the features that this package enables.
fn list_linked_crates(package: &str) -> Vec<String> {
    let arguments = [
        "tree",
        "--locked",
        "--offline",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--package",
        package,
    ];
    let output = Command::new(env!("CARGO")).args(arguments).output().expect("cargo tree");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn a_function_links_only_what_it_uses() {
    for (function, foreign) in [
        (
            "list",
            &["aws-sdk-sesv2", "aws-sdk-secretsmanager", "aws-sdk-sqs", "lookup", "mail", "npi"][..],
        ),
        ("invite", &["aws-sdk-sesv2", "aws-sdk-secretsmanager", "aws-sdk-sqs", "mail"]),
        ("confirm", &["aws-sdk-sesv2", "aws-sdk-sqs", "mail"]),
        ("mailer", &["aws-sdk-sqs", "lookup", "npi"]),
        ("mail-events", &["aws-sdk-sesv2", "aws-sdk-secretsmanager", "lookup", "mail", "npi"]),
        ("events", &["aws-sdk-sesv2", "aws-sdk-secretsmanager", "lookup", "mail", "npi"]),
        ("provision", &["aws-sdk-sesv2", "lookup", "mail", "npi"]),
        ("session", &["aws-sdk-sesv2", "mail", "npi"]),
        ("temporary-access", &["aws-sdk-sesv2", "lookup", "mail", "npi"]),
        ("users", &["aws-sdk-sesv2", "mail"]),
        ("npi-verifier", &["aws-sdk-sesv2", "aws-sdk-secretsmanager", "mail"]),
        ("webhooks", &["aws-sdk-sesv2", "lookup", "mail", "npi"]),
    ] {
        let tree = list_linked_crates(function);
        let sealing: &[&str] =
            if function == "events" { &[] } else { &["aws-sdk-s3", "aws-sdk-kms", "segment"] };
        for name in foreign.iter().chain(sealing) {
            let is_linked = tree.iter().any(|krate| krate.split(' ').next() == Some(name));
            assert!(!is_linked, "{function} links {name}");
        }
    }
}

#[test]
fn functions_link_one_tls_stack_and_one_crypto_backend() {
    for function in FUNCTIONS {
        let tree = list_linked_crates(function);
        for (name, why) in [
            ("openssl v", "rustls with aws-lc is the only TLS stack"),
            ("native-tls", "rustls with aws-lc is the only TLS stack"),
            ("ring ", "aws-lc is the only crypto provider"),
            ("rustls v0.21", "the SDK's old TLS stack"),
            ("rsa ", "RUSTSEC-2023-0071"),
            ("dynoxide", "the embedded database is for local use only"),
            ("emulator ", "the emulator is for local use only"),
            ("clap ", "the command line is for local use only"),
        ] {
            assert!(
                !tree.iter().any(|krate| krate.starts_with(name)),
                "{function} links {name}: {why}"
            );
        }
    }
}

#[test]
fn every_license_is_accepted() {
    let accepted = read_accepted_licenses();
    // OR needs one accepted license. AND needs every part accepted.
    let is_accepted = |expression: &str| {
        let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
        plain.split(" AND ").all(|part| {
            part.split(" OR ").any(|license| accepted.iter().any(|name| name == license.trim()))
        })
    };
    for package in load_metadata().packages {
        let license = package.license.clone().unwrap_or_default();
        assert!(is_accepted(&license), "{} has license {license:?}: see deny.toml", package.name);
    }
}

/// The licenses that `deny.toml` allows.
fn read_accepted_licenses() -> Vec<String> {
    let rules = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../deny.toml"));
    let rules = rules.expect("deny.toml");
    let list = rules.split("[licenses]").nth(1).and_then(|rest| rest.split("allow = [").nth(1));
    let list = list.and_then(|rest| rest.split(']').next()).expect("allowed licenses");
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The lines under a heading of the workspace's manifest.
fn read_section(heading: &str) -> String {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
    let manifest = manifest.expect("Cargo.toml");
    let after = manifest.split(&format!("[{heading}]")).nth(1);
    let lines = after.and_then(|rest| rest.split("\n[").next());
    lines.expect("the heading").to_owned()
}

#[test]
fn every_dependency_has_a_reason() {
    for line in read_section("workspace.dependencies").lines() {
        let theirs = line.contains('=') && !line.starts_with('#') && !line.contains("path = ");
        assert!(!theirs || line.contains(" # "), "no reason: {line}");
    }
}

/// Debug logs of libraries can contain request bodies, and they are 5% of a binary.
#[test]
fn a_release_logs_nothing_below_info() {
    let dependencies = read_section("workspace.dependencies");
    let tracing = dependencies.lines().find(|line| line.starts_with("tracing ="));
    assert!(tracing.is_some_and(|line| line.contains("\"release_max_level_info\"")));
}

/// cargo-lambda adds its own defaults to the release profile. Its `panic = "abort"` would end the process, but
/// `lambda_runtime` must turn a panic into an error response.
#[test]
fn the_release_profile_sets_what_cargo_lambda_would_default() {
    let release = read_section("profile.release");
    for setting in ["lto = \"fat\"", "codegen-units = 1", "strip = true", "panic = \"unwind\""] {
        let is_set = release.lines().any(|line| line.starts_with(setting));
        assert!(is_set, "the release profile must have {setting}");
    }
}

/// IAM cannot see the condition of a write, so the code has to show that no record is overwritten. The key
/// of a record is private to `store::audit`, which writes it once, where there is none.
#[test]
fn only_one_write_reaches_the_audit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("root");
    let code = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("source");
        text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
    };
    let sources = ["shared", "functions"].map(|folder| list_sources(&root.join(folder))).concat();
    let builds_key = |path: &&PathBuf| code(path).contains("\"AUDIT#{");
    let builders: Vec<_> = sources.iter().filter(builds_key).collect();
    let audit = root.join("shared/store/src/audit.rs");
    assert_eq!(builders, [&audit], "only store::audit makes keys of the audit");
    let audit = code(&audit);
    assert_eq!(audit.matches("AUDIT#").count(), 1, "one function makes the partition");
    assert_eq!(audit.matches("record_key(").count(), 3, "one definition, one write, one check");
    let check = "self.check(Part::Audit, record_key(record), &absent, HashMap::new())";
    assert!(audit.contains(check), "the check writes nothing");
    let write = "self.put(Part::Audit, record_key(record), &item, None, &Precondition::Absent)";
    assert!(audit.contains(write), "the one write requires that there is no record yet");
    assert!(!audit.contains("pub fn partition") && !audit.contains("pub(crate) fn partition"));
    // What seals the audit reads it. Its one write is to an item of its own.
    let sealing = code(&root.join("shared/store/src/audit/sealing.rs"));
    let writes =
        ["record_key", "put_item", "delete_item", "batch_write", "transact_write", "self.put("];
    assert!(!writes.iter().any(|write| sealing.contains(write)), "it writes no record");
    assert_eq!(sealing.matches("update_item()").count(), 1);
    assert!(sealing.contains("set_key(Some(key::sealed_part(clinic).into_attributes()))"));
    for name in ["month", "between"] {
        let file = code(&root.join(format!("shared/store/src/audit/{name}.rs")));
        assert!(!writes.iter().chain(&["update_item"]).any(|write| file.contains(write)), "{name}");
    }
    let files = std::fs::read_dir(root.join("shared/store/src/audit")).expect("folder").count();
    assert_eq!(files, 3, "this test looks at each file that sees the partition");
}

/// The manifests turn off test binaries that would be empty. A test added to such a target would never run.
#[test]
fn every_test_is_in_a_target_that_runs_tests() {
    for package in load_metadata().workspace_packages() {
        let library = package.targets.iter().any(|target| target.is_lib() && target.test);
        for target in package.targets.iter().filter(|target| !target.test) {
            let root = target.src_path.as_std_path();
            let alone = vec![root.to_path_buf()];
            let files = if library { alone } else { list_sources(root.parent().expect("src")) };
            for file in files {
                let text = std::fs::read_to_string(&file).expect("source");
                let tested = ["#[test]", "::test]", "::test(", "proptest!"];
                let found = tested.iter().any(|mark| text.contains(mark));
                assert!(!found, "{} needs `test = true` in its manifest", file.display());
            }
        }
    }
}

#[test]
fn every_doc_example_is_in_a_crate_that_runs_them() {
    let fences = |text: &str, mark: &str| text.lines().filter(|line| line.contains(mark)).count();
    for package in load_metadata().workspace_packages() {
        for target in package.targets.iter().filter(|target| target.is_lib() && !target.doctest) {
            for file in list_sources(target.src_path.parent().expect("src").as_std_path()) {
                let text = std::fs::read_to_string(&file).expect("source");
                let examples = fences(&text, "//! ```") + fences(&text, "/// ```");
                let plain = fences(&text, "//! ```text") + fences(&text, "/// ```text");
                assert_eq!(examples, 2 * plain, "{} needs `doctest = true`", file.display());
            }
        }
    }
}

/// Every Rust file in a folder and its subfolders.
fn list_sources(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    files.chain(folders.iter().flat_map(|folder| list_sources(folder))).collect()
}
