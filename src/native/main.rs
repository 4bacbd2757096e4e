//! The native binary: reads the command line and runs the command.

use kafka_sandbox::native::args::{self, Command, ServeOptions, ShellOptions};
use kafka_sandbox::native::serve::serve;
use kafka_sandbox::native::shell;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => {
            print!("{}", args::USAGE);
            ExitCode::SUCCESS
        }
        Ok(Command::Serve(options)) => run_serve(&options),
        Ok(Command::Shell(options)) => run_shell(&options),
        Err(error) => {
            eprintln!("kafka-sandbox: {error}\n\n{}", args::USAGE);
            ExitCode::from(2)
        }
    }
}

fn run_serve(options: &ServeOptions) -> ExitCode {
    match serve(options, stopped(), announce) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kafka-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_shell(options: &ShellOptions) -> ! {
    let status = shell::run(options).unwrap_or_else(|why| {
        eprintln!("kafka-sandbox: {why}");
        2
    });
    // Ends the thread that reads standard input, which may block for ever.
    std::process::exit(status)
}

/// One line, for people and for whoever has started us and waits.
fn announce(addresses: &[SocketAddr]) {
    let list: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
    println!("kafka-sandbox is ready on {}", list.join(","));
    // Who waits for the line reads from a pipe.
    let _ = std::io::stdout().flush();
}

/// Ends when the system or a person asks us to end.
async fn stopped() {
    let terminate = signal(SignalKind::terminate());
    let interrupt = signal(SignalKind::interrupt());
    match (terminate, interrupt) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        // Without handlers the signals end the process by themselves.
        _ => std::future::pending().await,
    }
}
