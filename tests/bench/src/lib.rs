//! Statistics and Markdown tables. This is a library so that its tests link nothing else.

use std::fmt::Display;
use std::time::Duration;

/// The durations of repeated runs.
#[derive(Clone, Debug, Default)]
pub struct Durations(Vec<Duration>);

impl Durations {
    /// Adds a time.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// How many times there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The median in milliseconds.
    pub fn p50(&self) -> f64 {
        self.percentile(50)
    }

    /// The 99th percentile in milliseconds.
    pub fn p99(&self) -> f64 {
        self.percentile(99)
    }

    /// A percentile in milliseconds, by the nearest rank.
    fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100);
        let time = sorted.get(rank.saturating_sub(1));
        millis(time.copied().unwrap_or_default())
    }
}

impl IntoIterator for Durations {
    type Item = Duration;
    type IntoIter = std::vec::IntoIter<Duration>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Extend<Duration> for Durations {
    fn extend<I: IntoIterator<Item = Duration>>(&mut self, times: I) {
        self.0.extend(times);
    }
}

/// A time in milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The median.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// A Markdown table with a heading.
#[derive(Clone, Debug)]
pub struct Table(String);

impl Table {
    /// An empty table.
    pub fn new<const N: usize>(title: &str, columns: [&str; N]) -> Self {
        let mut table = Self(format!("### {title}\n\n"));
        table.row(columns);
        let rule: [&str; N] = std::array::from_fn(|column| if column == 0 { "---" } else { "--:" });
        table.row(rule);
        table
    }

    /// Adds a row.
    pub fn row<T: Display>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.0.push('|');
        for cell in cells {
            self.0.push(' ');
            self.0.push_str(&cell.to_string());
            self.0.push_str(" |");
        }
        self.0.push('\n');
    }

    /// The table, followed by remarks.
    pub fn with(self, remarks: &str) -> String {
        format!("{}\n{remarks}\n", self.0)
    }
}

/// Says whether a figure is within its bound: `yes` or `**no**`.
pub fn within_bound(figure: f64, bound: f64) -> &'static str {
    if figure <= bound { "yes" } else { "**no**" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_use_the_nearest_rank() {
        let mut times = Durations::default();
        times.extend((1..=200).rev().map(Duration::from_millis));
        assert!((times.p50() - 100.0).abs() < 1e-9);
        assert!((times.p99() - 198.0).abs() < 1e-9);
        assert!(Durations::default().p99().abs() < 1e-9);
    }

    #[test]
    fn the_median_is_the_middle_figure() {
        assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
    }
}
