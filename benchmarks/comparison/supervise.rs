// SPDX-License-Identifier: BSL-1.0
// supervise MILLISECONDS PROGRAM [ARGUMENT...]: runs a program until it succeeds, at most five times. What runs for
// longer than MILLISECONDS is killed.
// This release of rustix has no pidfd_open: it comes from the crate libc.
use rustix::fd::FromRawFd;
use rustix::io::{poll, Errno, OwnedFd, PollFd, PollFlags};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

fn pidfd_of(child: &Child) -> io::Result<OwnedFd> {
    // SAFETY: a new descriptor, which nobody else has.
    match unsafe { libc::syscall(libc::SYS_pidfd_open, child.id(), 0) } {
        -1 => Err(io::Error::last_os_error()),
        fd => Ok(unsafe { OwnedFd::from_raw_fd(fd as _) }),
    }
}

/// Whether the child has ended in time.
fn wait_until(child: &Child, deadline: Instant) -> io::Result<bool> {
    let process = pidfd_of(child)?;
    let mut items = [PollFd::new(&process, PollFlags::IN)];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match poll(&mut items, left.as_millis() as i32) {
            Err(Errno::INTR) => {}
            ready => return Ok(ready? > 0),
        }
    }
}

fn run(command: &mut Command, timeout: Duration) -> io::Result<bool> {
    let mut child = command.spawn()?;
    let ended = wait_until(&child, Instant::now() + timeout);
    if !matches!(ended, Ok(true)) {
        child.kill()?;
        child.wait()?;
        ended?;
        eprintln!("supervise: timed out");
        return Ok(false);
    }
    let status = child.wait()?;
    if let Some(signal) = status.signal() {
        eprintln!("supervise: signal {signal}");
    } else if !status.success() {
        eprintln!("supervise: exit code {}", status.code().unwrap_or(-1));
    }
    Ok(status.success())
}

fn supervise(command: &mut Command, timeout: Duration) -> io::Result<()> {
    for _ in 0..5 {
        if run(command, timeout)? {
            return Ok(());
        }
    }
    Err(io::Error::other("gave up"))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let (Some(Ok(milliseconds)), Some(program)) =
        (arguments.get(1).map(|text| text.parse()), arguments.get(2))
    else {
        eprintln!("usage: supervise MILLISECONDS PROGRAM [ARGUMENT...]");
        return ExitCode::from(2);
    };
    let mut command = Command::new(program);
    command.args(&arguments[3..]);
    match supervise(&mut command, Duration::from_millis(milliseconds)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("supervise: {error}");
            ExitCode::FAILURE
        }
    }
}
