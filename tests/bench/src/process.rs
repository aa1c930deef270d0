//! What the kernel says of a function's process.

use std::fs::read_to_string;
use std::path::PathBuf;
use std::time::Duration;

use crate::Error;

/// A tick of `/proc/PID/stat` (`USER_HZ`, 100 on every Linux of today).
const TICK: Duration = Duration::from_millis(10);

/// User and system time of a process so far, its ended threads included.
pub(crate) fn cpu(pid: u32) -> Result<Duration, Error> {
    let text = read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u32 = ticks.filter_map(|word| word.parse::<u32>().ok()).sum();
    Ok(TICK * ticks)
}

/// Time on a CPU of a process that has just started, finer than ticks: of the threads it has now.
pub(crate) fn cpu_of_threads(pid: u32) -> Result<Duration, Error> {
    let mut nanos = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = read_to_string(thread?.path().join("schedstat"))?;
        let on_cpu = text.split_whitespace().next().unwrap_or_default();
        nanos += on_cpu.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// Resident memory in MB.
pub(crate) fn resident(pid: u32) -> Result<f64, Error> {
    let text = read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: u32 = kilobytes.ok_or("no VmRSS")?.parse()?;
    Ok(f64::from(kilobytes) / 1024.0)
}

/// The release binary of this name, beside the folder of this program's own profile.
pub(crate) fn binary(name: &str) -> Result<PathBuf, Error> {
    let own = std::env::current_exe()?;
    let target = own.parent().and_then(std::path::Path::parent);
    let path = target.ok_or("no target folder")?.join("release").join(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(format!("{} is not built: run `make bench`", path.display()).into())
    }
}

/// Size of a file in MB.
pub(crate) fn megabytes(path: &std::path::Path) -> Result<f64, Error> {
    let kilobytes = u32::try_from(std::fs::metadata(path)?.len() / 1000)?;
    Ok(f64::from(kilobytes) / 1000.0)
}
