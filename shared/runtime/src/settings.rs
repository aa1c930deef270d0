//! Settings from the environment. They are read once, at the start.

use std::cell::RefCell;

use web::origin::OriginCheck;

/// All settings that are missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("set these environment variables: {}", .0.join(", "))]
pub struct SettingsMissing(pub Vec<&'static str>);

type SettingSource = dyn Fn(&str) -> Option<String>;

/// Reads settings and remembers which ones are missing, so that one error lists them all.
pub struct Settings {
    source: Box<SettingSource>,
    missing: RefCell<Vec<&'static str>>,
}

impl Settings {
    /// Settings from the process's environment.
    pub fn from_environment() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let source = |name: &str| std::env::var(name).ok();
        Self::new(source)
    }

    fn new(source: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self { source: Box::new(source), missing: RefCell::default() }
    }

    /// A required setting. An absent one is empty here and makes [`Settings::check`] fail.
    pub fn required(&self, name: &'static str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.missing.borrow_mut().push(name);
            String::new()
        })
    }

    /// An optional setting. An empty one counts as missing.
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.source)(name).filter(|value| !value.is_empty())
    }

    /// How requests must have come. The setting is required, so that nothing turns the check off by accident.
    pub fn origin_check(&self) -> Result<OriginCheck, crate::Error> {
        let setting = self.required("ORIGIN_SECRETS");
        // An absent one makes `check` fail, which names it.
        if setting.is_empty() {
            return Ok(OriginCheck::Off);
        }
        // Convert to text, because `main` prints errors with Debug, which would not name the setting.
        OriginCheck::parse(&setting).map_err(|invalid| invalid.to_string().into())
    }

    /// Fails if a required setting was missing.
    pub fn check(&self) -> Result<(), SettingsMissing> {
        let missing = self.missing.borrow();
        if missing.is_empty() { Ok(()) } else { Err(SettingsMissing(missing.clone())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_lists_all_missing_settings() {
        let settings = Settings::new(|name| (name == "TABLE_NAME").then(|| "access".to_owned()));
        assert_eq!(settings.required("TABLE_NAME"), "access");
        assert_eq!(settings.optional("OTHER"), None);
        assert!(settings.check().is_ok());
        settings.required("PUBLIC_URL");
        settings.required("SIGNING_KEYS");
        let error = settings.check().unwrap_err();
        assert_eq!(error.to_string(), "set these environment variables: PUBLIC_URL, SIGNING_KEYS");
    }
}
