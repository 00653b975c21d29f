// SPDX-License-Identifier: BSL-1.0
// tree FROM TO: copies what is below the folder FROM into TO, which is made if it is missing.
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::ffi::CStr;
use rustix::fs::{
    cwd, fchmod, fstat, futimens, mkdirat, openat, readlinkat, statat, symlinkat, utimensat,
    AtFlags, Dir, FileType, Mode, OFlags, Stat, Timespec, Timestamps, UTIME_OMIT,
};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::process::ExitCode;

fn times_of(status: &Stat) -> Timestamps {
    Timestamps {
        last_access: Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        },
        last_modification: Timespec {
            tv_sec: status.st_mtime as _,
            tv_nsec: status.st_mtime_nsec as _,
        },
    }
}

fn copy_status(to: impl AsFd, status: &Stat) -> io::Result<()> {
    fchmod(&to, Mode::from_raw_mode(status.st_mode))?;
    Ok(futimens(&to, &times_of(status))?)
}

fn copy_file(from: BorrowedFd, to: BorrowedFd, name: &CStr) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut source = File::from(OwnedFd::from(openat(from, name, flags, Mode::empty())?));
    let status = fstat(&source)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mut target = File::from(OwnedFd::from(openat(
        to,
        name,
        flags,
        Mode::RUSR | Mode::WUSR,
    )?));
    io::copy(&mut source, &mut target)?;
    copy_status(&target, &status)
}

fn copy_link(from: BorrowedFd, to: BorrowedFd, name: &CStr) -> io::Result<()> {
    let target = readlinkat(from, name, Vec::new())?;
    let status = statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?;
    symlinkat(target, to, name)?;
    Ok(utimensat(
        to,
        name,
        &times_of(&status),
        AtFlags::SYMLINK_NOFOLLOW,
    )?)
}

fn make_folder(parent: BorrowedFd, name: &CStr) -> io::Result<()> {
    match mkdirat(parent, name, Mode::RWXU) {
        Err(error) if error != Errno::EXIST => Err(error.into()),
        _ => Ok(()),
    }
}

fn copy_folder(from: BorrowedFd, to: BorrowedFd, name: &CStr) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let source = openat(from, name, flags, Mode::empty())?;
    let status = fstat(&source)?;
    make_folder(to, name)?;
    let target = openat(to, name, flags, Mode::empty())?;
    copy_entries(source.as_fd(), target.as_fd())?;
    copy_status(&target, &status)
}

fn copy_entries(from: BorrowedFd, to: BorrowedFd) -> io::Result<()> {
    for entry in Dir::read_from(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_bytes() == b"." || name.to_bytes() == b".." {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::Unknown => {
                FileType::from_raw_mode(statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode)
            }
            known => known,
        };
        match kind {
            FileType::Directory => copy_folder(from, to, name)?,
            FileType::Symlink => copy_link(from, to, name)?,
            FileType::RegularFile => copy_file(from, to, name)?,
            _ => return Err(Errno::OPNOTSUPP.into()),
        }
    }
    Ok(())
}

fn copy_tree(from: &str, to: &str) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let source = openat(cwd(), from, flags, Mode::empty())?;
    match mkdirat(cwd(), to, Mode::RWXU) {
        Err(error) if error != Errno::EXIST => return Err(error.into()),
        _ => {}
    }
    let target = openat(cwd(), to, flags, Mode::empty())?;
    copy_entries(source.as_fd(), target.as_fd())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, from, to] = &arguments[..] else {
        eprintln!("usage: tree FROM TO");
        return ExitCode::from(2);
    };
    match copy_tree(from, to) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tree: {error}");
            ExitCode::FAILURE
        }
    }
}
