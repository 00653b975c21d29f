// SPDX-License-Identifier: BSL-1.0
// accept MILLISECONDS: listens on a port that the kernel chooses and prints it, and greets the first visitor if one
// comes in time.
use rustix::io::{poll, Errno, PollFd, PollFlags};
use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn accept_until(listener: &TcpListener, deadline: Instant) -> io::Result<TcpStream> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match poll(
            &mut [PollFd::new(listener, PollFlags::IN)],
            left.as_millis() as i32,
        ) {
            Err(Errno::INTR) => continue,
            ready => {
                if ready? == 0 {
                    return Err(Errno::TIMEDOUT.into());
                }
            }
        }
        // A visitor that has gone again must not make us wait here.
        match listener.accept() {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::ConnectionAborted
                ) => {}
            visitor => return Ok(visitor?.0),
        }
    }
}

fn greet(timeout: Duration) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    println!("{}", listener.local_addr()?.port());
    let mut visitor = accept_until(&listener, Instant::now() + timeout)?;
    visitor.write_all(b"hello\n")
}

fn main() -> ExitCode {
    let Some(Ok(milliseconds)) = std::env::args().nth(1).map(|text| text.parse()) else {
        eprintln!("usage: accept MILLISECONDS");
        return ExitCode::from(2);
    };
    match greet(Duration::from_millis(milliseconds)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("accept: {error}");
            ExitCode::FAILURE
        }
    }
}
