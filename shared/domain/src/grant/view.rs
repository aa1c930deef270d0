//! What a temporary access shows, and to whom.

use super::ephemeral::EphemeralSession;
use crate::ids::UserId;
use crate::study::{StudyRef, ViewMode};

/// Who views what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// A user reads a study and dictates.
    Dictation {
        /// The user, to whom the study is assigned.
        user: UserId,
        /// The study.
        study: StudyRef,
    },
    /// A study is read.
    ViewerOnly {
        /// By this user; `None` when the PACS does not say by whom.
        user: Option<UserId>,
        /// The study.
        study: StudyRef,
    },
    /// Images without a study, for nobody in particular.
    Ephemeral(EphemeralSession),
}

impl View {
    /// What the view is good for.
    pub fn mode(&self) -> ViewMode {
        match self {
            Self::Dictation { .. } => ViewMode::Dictation,
            Self::ViewerOnly { .. } | Self::Ephemeral(_) => ViewMode::ViewerOnly,
        }
    }

    /// The user whose status and permissions decide whether the view lives.
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
