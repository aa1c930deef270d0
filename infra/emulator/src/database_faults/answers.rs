//! Loses the answer of one write, so that a test can walk through the writes of a request.

use std::time::Duration;

/// Which answers are lost. The writes themselves take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerLoss {
    /// The first answer of the write. Its repeat is answered.
    Once,
    /// Every answer of the write, and of its repeats.
    Always,
    /// Every answer from this write on, also those of reads.
    FromHereOn,
    /// The first answer of the write comes after this time.
    Late(Duration),
}

/// A write that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedWrite {
    /// Such as `UpdateItem`.
    pub operation: String,
    /// The request as JSON.
    pub body: Vec<u8>,
}

/// What happens to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Answered,
    Lost,
    Late(Duration),
}

/// The writes since the last reset, without their repeats.
#[derive(Debug, Default)]
pub(super) struct WatchedWrites {
    seen: Vec<WatchedWrite>,
    planned: Option<(usize, AnswerLoss)>,
    planned_from: Option<String>,
    all_lost: bool,
}

impl WatchedWrites {
    pub(super) fn plan(&mut self, write: usize, loss: AnswerLoss) {
        self.planned = Some((write, loss));
    }

    /// Loses every answer from the first call of this operation on.
    pub(super) fn plan_from(&mut self, operation: &str) {
        self.planned_from = Some(operation.to_owned());
    }

    pub(super) fn seen(&self) -> &[WatchedWrite] {
        &self.seen
    }

    /// Notes a call, and decides about its answer. A repeat of a write has the same body.
    pub(super) fn decide(&mut self, operation: &str, body: &[u8]) -> Fate {
        self.all_lost |= self.planned_from.as_deref() == Some(operation);
        if self.all_lost {
            return Fate::Lost;
        }
        if !matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems") {
            return Fate::Answered;
        }
        let write = WatchedWrite { operation: operation.to_owned(), body: body.to_vec() };
        let before = self.seen.iter().position(|seen| *seen == write);
        if before.is_none() {
            self.seen.push(write);
        }
        let index = before.unwrap_or(self.seen.len() - 1);
        match self.planned {
            Some((planned, loss)) if planned == index => match loss {
                AnswerLoss::FromHereOn => {
                    self.all_lost = true;
                    Fate::Lost
                }
                AnswerLoss::Always => Fate::Lost,
                AnswerLoss::Once if before.is_none() => Fate::Lost,
                AnswerLoss::Late(delay) if before.is_none() => Fate::Late(delay),
                AnswerLoss::Once | AnswerLoss::Late(_) => Fate::Answered,
            },
            _ => Fate::Answered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_planned_write_loses_its_answers() {
        let late = AnswerLoss::Late(Duration::from_secs(1));
        for (loss, first, repeat, read) in [
            (AnswerLoss::Once, Fate::Lost, Fate::Answered, Fate::Answered),
            (AnswerLoss::Always, Fate::Lost, Fate::Lost, Fate::Answered),
            (AnswerLoss::FromHereOn, Fate::Lost, Fate::Lost, Fate::Lost),
            (late, Fate::Late(Duration::from_secs(1)), Fate::Answered, Fate::Answered),
        ] {
            let mut writes = WatchedWrites::default();
            writes.plan(1, loss);
            assert_eq!(writes.decide("PutItem", b"a"), Fate::Answered);
            assert_eq!(writes.decide("PutItem", b"a"), Fate::Answered);
            assert_eq!(writes.decide("GetItem", b"b"), Fate::Answered);
            assert_eq!(writes.decide("UpdateItem", b"b"), first, "{loss:?}");
            assert_eq!(writes.decide("UpdateItem", b"b"), repeat, "{loss:?}");
            assert_eq!(writes.decide("GetItem", b"b"), read, "{loss:?}");
            let seen: Vec<_> = writes.seen().iter().map(|write| &write.operation).collect();
            assert_eq!(seen, ["PutItem", "UpdateItem"]);
        }
    }
}
