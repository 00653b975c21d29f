// SPDX-License-Identifier: BSL-1.0
// follow FILE BYTES: prints what FILE holds, then what is appended to it, until that is BYTES or more.
// This release of rustix has no inotify: it comes from the crate libc.
use rustix::fd::{AsRawFd, FromRawFd};
use rustix::io::{read, retry_on_intr, OwnedFd};
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::process::ExitCode;

fn watch(path: &str) -> io::Result<OwnedFd> {
    let path = CString::new(path)?;
    // SAFETY: a new descriptor, which nobody else has.
    let inotify = match unsafe { libc::inotify_init1(libc::IN_CLOEXEC) } {
        -1 => return Err(io::Error::last_os_error()),
        fd => unsafe { OwnedFd::from_raw_fd(fd) },
    };
    // SAFETY: both arguments live until the call returns.
    match unsafe { libc::inotify_add_watch(inotify.as_raw_fd(), path.as_ptr(), libc::IN_MODIFY) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(inotify),
    }
}

fn follow(path: &str, bytes: u64) -> io::Result<()> {
    let mut file = File::open(path)?;
    let inotify = watch(path)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0; 16384];
    let mut events = [0; 4096];
    let mut printed = 0;
    loop {
        loop {
            let count = match file.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if count == 0 {
                break;
            }
            output.write_all(&buffer[..count])?;
            output.flush()?;
            printed += count as u64;
        }
        if printed >= bytes {
            return Ok(());
        }
        retry_on_intr(|| read(&inotify, &mut events))?;
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let (Some(path), Some(Ok(bytes))) =
        (arguments.get(1), arguments.get(2).map(|text| text.parse()))
    else {
        eprintln!("usage: follow FILE BYTES");
        return ExitCode::from(2);
    };
    match follow(path, bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("follow: {error}");
            ExitCode::FAILURE
        }
    }
}
