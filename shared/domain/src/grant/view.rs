//! What a temporary access shows, and who sees it.

use super::ephemeral::EphemeralSession;
use crate::ids::UserId;
use crate::study::{StudyRef, ViewMode};

/// Who views what, and in which mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// A user reads a study and dictates its report.
    Dictation {
        /// The user that the study is assigned to.
        user: UserId,
        /// The study.
        study: StudyRef,
    },
    /// Someone reads a study.
    ViewerOnly {
        /// The user. `None` if the PACS does not name one.
        user: Option<UserId>,
        /// The study.
        study: StudyRef,
    },
    /// Images without a study or a user.
    Ephemeral(EphemeralSession),
}

impl View {
    /// What the view allows.
    pub fn mode(&self) -> ViewMode {
        match self {
            Self::Dictation { .. } => ViewMode::Dictation,
            Self::ViewerOnly { .. } | Self::Ephemeral(_) => ViewMode::ViewerOnly,
        }
    }

    /// The user whose status and permissions decide whether the view stays open.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Dictation { user, .. } => Some(*user),
            Self::ViewerOnly { user, .. } => *user,
            Self::Ephemeral(_) => None,
        }
    }

    /// The study.
    pub fn study(&self) -> Option<&StudyRef> {
        match self {
            Self::Dictation { study, .. } | Self::ViewerOnly { study, .. } => Some(study),
            Self::Ephemeral(_) => None,
        }
    }
}
