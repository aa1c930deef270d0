//! Database calls and capacity units of one operation.

use emulator::DatabaseFaults;

use crate::MeasureError;

/// The database calls and capacity units of one operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cost {
    /// Each kind of call and its count.
    pub(crate) calls: Vec<(String, u64)>,
    pub(crate) read: f64,
    pub(crate) write: f64,
}

const READS: [&str; 5] = ["BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"];

impl Cost {
    /// Reads the usage since the last reset.
    pub(crate) fn read(faults: &DatabaseFaults) -> Self {
        let mut cost = Self::default();
        for (operation, usage) in faults.usage() {
            if READS.contains(&operation.as_str()) {
                cost.read += usage.units;
            } else {
                cost.write += usage.units;
            }
            cost.calls.push((operation, usage.calls));
        }
        cost
    }

    /// This cost minus `other`.
    pub(crate) fn minus(mut self, other: &Self) -> Self {
        for (operation, calls) in &mut self.calls {
            let same = other.calls.iter().find(|(name, _)| name == operation);
            *calls = calls.saturating_sub(same.map_or(0, |(_, calls)| *calls));
        }
        self.calls.retain(|(_, calls)| *calls > 0);
        self.read -= other.read;
        self.write -= other.write;
        self
    }

    pub(crate) fn cells(&self, name: &str) -> [String; 4] {
        let call = |(name, count): &(String, u64)| match count {
            1 => name.clone(),
            count => format!("{count} {name}"),
        };
        let calls: Vec<String> = self.calls.iter().map(call).collect();
        let units = |units: f64| {
            if units.fract() == 0.0 { format!("{units:.0}") } else { format!("{units:.1}") }
        };
        [name.to_owned(), units(self.read), units(self.write), calls.join(", ")]
    }
}

/// Runs `work` and measures its cost.
pub(crate) async fn measure<T>(
    faults: &DatabaseFaults,
    work: impl Future<Output = Result<T, MeasureError>>,
) -> Result<(T, Cost), MeasureError> {
    faults.reset_usage();
    let result = work.await?;
    Ok((result, Cost::read(faults)))
}
