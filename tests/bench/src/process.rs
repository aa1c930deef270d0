//! CPU time and memory of a function's process, read from `/proc`.

use std::fs::read_to_string;
use std::path::PathBuf;
use std::time::Duration;

use crate::MeasureError;

/// A tick of `/proc/PID/stat`. `USER_HZ` is 100 on Linux.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of a process so far, including its exited threads.
pub(crate) fn read_cpu_time(pid: u32) -> Result<Duration, MeasureError> {
    let text = read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u32 = ticks.filter_map(|word| word.parse::<u32>().ok()).sum();
    Ok(TICK * ticks)
}

/// CPU time of the current threads of a process, in nanoseconds. Ticks are too coarse for a short run.
pub(crate) fn read_cpu_time_of_threads(pid: u32) -> Result<Duration, MeasureError> {
    let mut nanos = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = read_to_string(thread?.path().join("schedstat"))?;
        let on_cpu = text.split_whitespace().next().unwrap_or_default();
        nanos += on_cpu.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// Resident memory in MB.
pub(crate) fn read_resident_memory(pid: u32) -> Result<f64, MeasureError> {
    let text = read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: u32 = kilobytes.ok_or("no VmRSS")?.parse()?;
    Ok(f64::from(kilobytes) / 1024.0)
}

/// The path of a release binary, next to the folder of this program's profile.
pub(crate) fn find_binary(name: &str) -> Result<PathBuf, MeasureError> {
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
pub(crate) fn read_megabytes(path: &std::path::Path) -> Result<f64, MeasureError> {
    let kilobytes = u32::try_from(std::fs::metadata(path)?.len() / 1000)?;
    Ok(f64::from(kilobytes) / 1000.0)
}
