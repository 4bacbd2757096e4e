//! TCP listener, files and command line.
