//! Which events an endpoint gets.

use crate::event::EventType;

/// The types of events that an endpoint gets. An empty list stands for all of them, also for types of later
/// releases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTypes(Vec<EventType>);

impl EventTypes {
    /// Sorts the types and drops repeats.
    pub fn new(mut types: Vec<EventType>) -> Self {
        types.sort_unstable();
        types.dedup();
        Self(types)
    }

    /// The types. Empty for all.
    pub fn as_slice(&self) -> &[EventType] {
        &self.0
    }

    /// Whether an endpoint gets events of this type.
    pub fn include(&self, kind: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|wanted| wanted.as_str() == kind)
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
        assert_eq!(some.as_slice(), [created, accepted]);
        assert!(some.include("invitation.accepted") && !some.include("user.updated"));
    }
}
