//! The machine, and how much of it others used meanwhile.

use std::fs::read_to_string;

use crate::Error;

/// The machine at the start of the measurements.
pub(crate) struct Machine {
    all: u64,
    busy: u64,
    own: u64,
}

impl Machine {
    pub(crate) fn new() -> Result<Self, Error> {
        let (all, busy) = total()?;
        Ok(Self { all, busy, own: own()? })
    }

    /// What it is, and the share of it that processes other than this one and its children took.
    pub(crate) fn describe(&self) -> Result<String, Error> {
        let (all, busy) = total()?;
        let others = (busy - self.busy).saturating_sub(own()? - self.own);
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
            "Machine: {cpus} CPUs ({}), Linux {}, {}. Other processes took {}.{} % of it meanwhile.\n",
            field("model name"),
            kernel.trim(),
            std::env::consts::ARCH,
            share / 10,
            share % 10,
        ))
    }
}

/// Ticks of all CPUs, and those of them that were busy.
fn total() -> Result<(u64, u64), Error> {
    let text = read_to_string("/proc/stat")?;
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; guest time is part of user time.
    let [user, nice, system, idle, wait, irq, softirq, steal, ..] = ticks[..] else {
        return Err("/proc/stat is not as expected".into());
    };
    let busy = user + nice + system + irq + softirq;
    Ok((busy + idle + wait + steal, busy))
}

/// Ticks of this process and of its children that have ended.
fn own() -> Result<u64, Error> {
    let text = read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    // utime, stime, cutime, cstime are fields 14 to 17; the first after the name is field 3.
    let ticks = after_name.split_whitespace().skip(11).take(4);
    Ok(ticks.filter_map(|word| word.parse::<u64>().ok()).sum())
}
