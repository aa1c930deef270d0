//! The environment of functions under `cargo lambda watch`, as its `--env-file` takes it.

use emulator::Emulator;

/// One `NAME=value` a line.
pub(crate) fn text(emulator: &Emulator) -> String {
    let settings = emulator.function_settings();
    settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
}
