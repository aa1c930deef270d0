//! The machine, and how much of its CPU time other processes used.

use std::fs::read_to_string;

use crate::MeasureError;

/// CPU ticks at the start of the measurements.
pub(crate) struct Machine {
    all: u64,
    busy: u64,
    own: u64,
}

impl Machine {
    pub(crate) fn new() -> Result<Self, MeasureError> {
        let (all, busy) = read_total_ticks()?;
        Ok(Self { all, busy, own: read_own_ticks()? })
    }

    /// Describes the machine, and the share of CPU time that went to other processes since [`Self::new`].
    pub(crate) fn describe(&self) -> Result<String, MeasureError> {
        let (all, busy) = read_total_ticks()?;
        let others = (busy - self.busy).saturating_sub(read_own_ticks()? - self.own);
        let share = others * 1000 / (all - self.all).max(1);
        let info = read_to_string("/proc/cpuinfo")?;
        let field = |name: &str| {
            let line = info.lines().find(|line| line.starts_with(name));
            let value = line.and_then(|line| line.split_once(':'));
            value.map_or("unknown", |(_, value)| value.trim())
        };
        let kernel = read_to_string("/proc/sys/kernel/osrelease")?;
        let cpus = std::thread::available_parallelism()?;
        Ok(format!(
            "Machine: {cpus} CPUs ({}), Linux {}, {}. Other processes used {}.{} % of it during the run.\n",
            field("model name"),
            kernel.trim(),
            std::env::consts::ARCH,
            share / 10,
            share % 10,
        ))
    }
}

/// Reads the ticks of all CPUs: all of them, and the busy ones.
fn read_total_ticks() -> Result<(u64, u64), MeasureError> {
    let text = read_to_string("/proc/stat")?;
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    // The fields are user nice system idle iowait irq softirq steal. Guest time is part of user time.
    let [user, nice, system, idle, wait, irq, softirq, steal, ..] = ticks[..] else {
        return Err("/proc/stat has an unknown format".into());
    };
    let busy = user + nice + system + irq + softirq;
    Ok((busy + idle + wait + steal, busy))
}

/// Reads the ticks of this process and of its exited children.
fn read_own_ticks() -> Result<u64, MeasureError> {
    let text = read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    // utime, stime, cutime and cstime are fields 14 to 17. The first one after the name is field 3.
    let ticks = after_name.split_whitespace().skip(11).take(4);
    Ok(ticks.filter_map(|word| word.parse::<u64>().ok()).sum())
}
