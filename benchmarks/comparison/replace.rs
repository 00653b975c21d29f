// SPDX-License-Identifier: BSL-1.0
// replace FILE: puts its input in the place of what FILE holds, as one step that a crash does not undo.
use rustix::fd;
use rustix::fs::{cwd, fsync, openat, renameat, unlinkat, AtFlags, Mode, OFlags};
use rustix::io::{retry_on_intr, Errno, OwnedFd};
use rustix::rand::{getrandom, GetRandomFlags};
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::ExitCode;

fn create_temporary(folder: &OwnedFd, beside: &Path) -> io::Result<(File, OsString)> {
    loop {
        let mut bits = [0; 8];
        getrandom(&mut bits, GetRandomFlags::empty())?;
        let mut name = OsString::from_vec(vec![b'.']);
        name.push(beside);
        name.push(format!(".{:016x}", u64::from_ne_bytes(bits)));
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        match openat(folder, &name, flags, Mode::from_raw_mode(0o666)) {
            Err(Errno::EXIST) => {}
            file => return Ok((fd::OwnedFd::from(file?).into(), name)),
        }
    }
}

fn fill(mut file: File) -> io::Result<()> {
    io::copy(&mut io::stdin().lock(), &mut file)?;
    file.sync_all()
}

fn replace(path: &Path) -> io::Result<()> {
    let name = Path::new(path.file_name().ok_or(Errno::INVAL)?);
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let folder = openat(
        cwd(),
        parent,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let (file, temporary) = create_temporary(&folder, name)?;
    let done = fill(file).and_then(|()| Ok(renameat(&folder, &temporary, &folder, name)?));
    if done.is_err() {
        let _ = unlinkat(&folder, &temporary, AtFlags::empty());
        return done;
    }
    Ok(retry_on_intr(|| fsync(&folder))?)
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let [_, path] = &arguments[..] else {
        eprintln!("usage: replace FILE");
        return ExitCode::from(2);
    };
    match replace(Path::new(path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("replace: {error}");
            ExitCode::FAILURE
        }
    }
}
