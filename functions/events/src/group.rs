//! The records of a batch by clinic.

use domain::ids::ClinicId;

/// What one clinic has in a batch, in the order of the batch.
pub(crate) struct ClinicGroup<T> {
    pub(crate) clinic: ClinicId,
    pub(crate) items: Vec<T>,
    /// The place of the first one in the batch.
    pub(crate) first: usize,
}

/// Groups what was read of a batch. Each item has its place in the batch and its clinic.
pub(crate) fn group_by_clinic<T>(
    found: impl Iterator<Item = (usize, ClinicId, T)>,
) -> Vec<ClinicGroup<T>> {
    let mut groups: Vec<ClinicGroup<T>> = Vec::new();
    for (first, clinic, item) in found {
        match groups.iter_mut().find(|group| group.clinic == clinic) {
            Some(group) => group.items.push(item),
            None => groups.push(ClinicGroup { clinic, items: vec![item], first }),
        }
    }
    groups
}
