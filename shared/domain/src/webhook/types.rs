//! Which events an endpoint gets.

use crate::event::EventType;

/// The types of events that an endpoint gets. An empty list stands for all of them, also for types of later
/// releases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTypes(Vec<String>);

impl EventTypes {
    /// Sorts the types and drops repeats.
    pub fn new(mut types: Vec<EventType>) -> Self {
        types.sort_unstable();
        types.dedup();
        Self(types.into_iter().map(|kind| kind.as_str().to_owned()).collect())
    }

    /// Types as they were stored. Keeps the names of a later release, so that nothing is lost when an earlier one
    /// writes the endpoint.
    pub fn of_names(names: Vec<String>) -> Self {
        Self(names)
    }

    /// The names of the types. Empty for all.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Whether an endpoint gets events of this type.
    pub fn include(&self, kind: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|wanted| wanted == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_means_every_type() {
        assert!(EventTypes::default().include("invitation.accepted"));
        assert!(EventTypes::default().include("later.release"));
        let (accepted, created) = (EventType::InvitationAccepted, EventType::InvitationCreated);
        let some = EventTypes::new(vec![accepted, created, accepted]);
        assert_eq!(some.names(), ["invitation.created", "invitation.accepted"]);
        assert!(some.include("invitation.accepted") && !some.include("user.updated"));
        let later = EventTypes::of_names(vec!["later.release".to_owned()]);
        assert!(later.include("later.release") && !later.include("user.updated"));
    }
}
