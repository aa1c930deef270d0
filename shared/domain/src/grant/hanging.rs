//! Hanging protocols: how images are arranged when an ephemeral view opens. The types follow the
//! official SDK (`EphemeralHangingProtocol`, `ViewerLayout`).

use crate::field::Refusal;

/// The most characters in a label.
const MAX_LABEL: usize = 100;

/// A grid of viewports on one monitor, `1x1` to `4x4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    text: &'static str,
    viewports: usize,
}

const fn layout(text: &'static str, viewports: usize) -> Layout {
    Layout { text, viewports }
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 16] = [
        layout("1x1", 1),
        layout("1x2", 2),
        layout("1x3", 3),
        layout("1x4", 4),
        layout("2x1", 2),
        layout("2x2", 4),
        layout("2x3", 6),
        layout("2x4", 8),
        layout("3x1", 3),
        layout("3x2", 6),
        layout("3x3", 9),
        layout("3x4", 12),
        layout("4x1", 4),
        layout("4x2", 8),
        layout("4x3", 12),
        layout("4x4", 16),
    ];

    /// Reads the name of a layout.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let known = Self::ALL.into_iter().find(|layout| layout.text == text);
        known.ok_or(Refusal::new("layout_unknown", "Send a grid from 1x1 to 4x4."))
    }

    /// The name of the layout.
    pub const fn as_str(self) -> &'static str {
        self.text
    }

    /// How many viewports the grid has.
    pub const fn viewports(self) -> usize {
        self.viewports
    }
}

/// What a viewport shows, in the caller's words, such as `Axial T1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewportLabel(String);

impl ViewportLabel {
    /// Reads a label.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new(
            "viewport_invalid",
            "Send null, or 1 to 100 characters without control characters.",
        );
        let length = text.chars().count();
        if (1..=MAX_LABEL).contains(&length) && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(INVALID)
        }
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A layout, and what its first viewports show. The viewer decides about the other viewports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HangingProtocol {
    layout: Layout,
    assignments: Vec<Option<ViewportLabel>>,
}

impl HangingProtocol {
    /// Refuses more assignments than the grid has viewports.
    pub fn new(layout: Layout, assignments: Vec<Option<ViewportLabel>>) -> Result<Self, Refusal> {
        const TOO_MANY: Refusal = Refusal::new(
            "viewports_too_many",
            "Send at most one assignment for each viewport of the layout.",
        );
        if assignments.len() > layout.viewports() {
            return Err(TOO_MANY);
        }
        Ok(Self { layout, assignments })
    }

    /// `layout`.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// `viewportAssignments`. `None` leaves a viewport to the viewer.
    pub fn assignments(&self) -> &[Option<ViewportLabel>] {
        &self.assignments
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_accepted_layout_or_label_reads_as_itself_and_nothing_panics(text in any::<String>()) {
            if let Ok(layout) = Layout::parse(&text) {
                prop_assert_eq!(layout.as_str(), &text);
            }
            if let Ok(label) = ViewportLabel::parse(&text) {
                prop_assert_eq!(label.as_str(), &text);
            }
        }

        #[test]
        fn more_assignments_than_viewports_are_refused(at in 0_usize..16, count in 0_usize..20) {
            let layout = Layout::ALL[at];
            let protocol = HangingProtocol::new(layout, vec![None; count]);
            prop_assert_eq!(protocol.is_ok(), count <= layout.viewports());
        }
    }

    #[test]
    fn a_layout_has_up_to_four_rows_and_columns() {
        for layout in Layout::ALL {
            let (a, b) = layout.as_str().split_once('x').unwrap();
            let sides: [usize; 2] = [a, b].map(|side| side.parse().unwrap());
            assert!(sides.iter().all(|side| (1..=4).contains(side)));
            assert_eq!(layout.viewports(), sides[0] * sides[1]);
            assert_eq!(Layout::parse(layout.as_str()), Ok(layout));
        }
        for wrong in ["", "0x1", "5x1", "1X1", "1x", "01x1", "1x1 ", "2"] {
            assert!(Layout::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_label_is_short_and_has_no_control_characters() {
        assert!(ViewportLabel::parse("Axial T1").is_ok());
        assert!(ViewportLabel::parse(&"é".repeat(100)).is_ok());
        for wrong in ["", "a\nb", &"é".repeat(101)] {
            assert!(ViewportLabel::parse(wrong).is_err());
        }
    }
}
